"""The same model in plain Mesa: one Python object per agent.

This is the model description as a program, meant to be read beside it. It is slow and plain. The
product is the package `ivigabm`, where the same rules are compiled and visit columns of numbers;
`test_same_bits.py` holds both to the same result, to the last bit.

Read in this order:

    agents.py       who there is
    individual.py   one individual made of them, and the order of phases in a step
    walk.py, contacts.py, docking.py, response.py, sensing.py, targets.py, b_cells.py, adaptive.py
                    the rules, a file per phase or two
    engine.py       a scenario from its start, through the untreated run-in, day by day

Written twice is every rule that visits agents, contacts or sites. Shared with the package are
the initial state, plasma pools, ports and mechanisms, the diffusion operator, the generator of
random numbers, elementary functions, and constants that each process works out when it is made.
"""
