"""How fast it is, as ratios measured side by side in one run.

    python -m analysis.benchmark [--quick] [--only PART] [--out FOLDER] [--accept]

Pairs are timed in turn and the best of several rounds is kept, in CPU time where one process
computes: other work on the machine then counts little. Read the ratios, not the milliseconds.
"""
