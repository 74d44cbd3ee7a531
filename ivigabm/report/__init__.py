"""What people see of a run: tables on the terminal, figures, a self-contained page, a folder."""
