"""Small linear systems inside kernels."""

from ivigabm.engine.kernel import kernel

SMALLEST_PIVOT = 1e-30


@kernel
def positive_rows(amounts, n, rows):
    """List in `rows` which of the first `n` amounts are positive; returns how many."""
    count = 0
    for row in range(n):
        if amounts[row] > 0.0:
            rows[count] = row
            count += 1
    return count


@kernel
def solve(matrix, first, n):
    """Gaussian elimination of `matrix[:n, first : first + n + 1]`, in place.

    The last of these columns is the right-hand side and becomes the solution. Rows are not
    exchanged: that is safe for a non-singular M-matrix and for a positive definite matrix,
    also with scaled rows or columns, and only such systems may be given. Their pivots are
    positive; one that rounds to zero or less becomes `SMALLEST_PIVOT`.
    """
    last = first + n
    for p in range(n):
        pivot = matrix[p, first + p]
        matrix[p, first + p] = pivot if pivot > SMALLEST_PIVOT else SMALLEST_PIVOT
        for row in range(p + 1, n):
            factor = matrix[row, first + p] / matrix[p, first + p]
            for column in range(first + p + 1, last + 1):
                matrix[row, column] -= factor * matrix[p, column]
    for row in range(n - 1, -1, -1):
        value = matrix[row, last]
        for other in range(row + 1, n):
            value -= matrix[row, first + other] * matrix[other, last]
        matrix[row, last] = value / matrix[row, first + row]
