/* Two rules of the engine in C: the walk of parcels and the equilibrium of contact patches.
   Beside engine/streams.py, engine/elementary.py, engine/linear.py, processes/transport.py,
   processes/equilibrium.py and processes/binding.py. The same arithmetic in the same order. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define LOW 0xFFFFFFFFull

void draw_words(uint64_t seed, uint64_t purpose, uint64_t step, const uint64_t *ids, int64_t n,
                uint64_t *words) {
    for (int64_t row = 0; row < n; row++) {
        uint64_t k0 = seed & LOW, k1 = seed >> 32;
        uint64_t c0 = ids[row] & LOW, c1 = ids[row] >> 32, c2 = step, c3 = purpose;
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
            c0 = (p1 >> 32) ^ c1 ^ k0;
            c1 = p1 & LOW;
            c2 = (p0 >> 32) ^ c3 ^ k1;
            c3 = p0 & LOW;
            k0 = (k0 + 0x9E3779B9ull) & LOW;
            k1 = (k1 + 0xBB67AE85ull) & LOW;
        }
        words[4 * row] = c0, words[4 * row + 1] = c1;
        words[4 * row + 2] = c2, words[4 * row + 3] = c3;
    }
}

static inline int64_t bounded(uint64_t word, uint64_t n) { return (int64_t)((word * n) >> 32); }

void walk_parcels(const uint64_t *words, int64_t n, int64_t reach, int32_t *x, int32_t *y,
                  int64_t width, int64_t height) {
    uint64_t span = (uint64_t)(2 * reach + 1);
    for (int64_t row = 0; row < n; row++) {
        int64_t i = x[row] + bounded(words[4 * row], span) - reach;
        int64_t j = y[row] + bounded(words[4 * row + 1], span) - reach;
        x[row] = (int32_t)(i < 0 ? i + width : i >= width ? i - width : i);
        y[row] = (int32_t)(j < 0 ? j + height : j >= height ? j - height : j);
    }
}

static inline double from_bits(int64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
static inline int64_t bits_of(double x) { int64_t bits; memcpy(&bits, &x, 8); return bits; }

#define LN2_HI 6.93147180369123816490e-01
#define LN2_LO 1.90821492927058770002e-10

static inline double exp_(double x) {
    x = x < 709.0 ? x : 709.0;
    x = x > -746.0 ? x : -746.0;
    double shifted = x * 1.4426950408889634 + 6755399441055744.0;
    int64_t k = bits_of(shifted) - 0x4338000000000000;
    double whole = shifted - 6755399441055744.0;
    double high = x - whole * LN2_HI, low = whole * LN2_LO, r = high - low;
    double r2 = r * r, r4 = r2 * r2;
    double a = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    double b = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    double c = (1.0 / 3628800 + r * (1.0 / 39916800))
             + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
    double value = 1.0 + (high + (r2 * (a + r4 * (b + r4 * c)) - low));
    int64_t half = k >> 1;
    return value * from_bits((half + 1023) << 52) * from_bits((k - half + 1023) << 52);
}

static inline double log_(double x) {
    x = x > 2.2250738585072014e-308 ? x : 2.2250738585072014e-308;
    x = x < 1.7976931348623157e308 ? x : 1.7976931348623157e308;
    int64_t word = bits_of(x), power = (word - 0x3FE6A09E667F3BCD) >> 52;
    double f = from_bits(word - (int64_t)((uint64_t)power << 52)) - 1.0, k = (double)power;
    double s = f / (2.0 + f), z = s * s, w = z * z;
    double even = w * (3.999999999940941908e-01
                       + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = 2.857142874366239149e-01
               + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01);
    odd = z * (6.666666666666735130e-01 + w * odd);
    double half_square = 0.5 * f * f;
    double small = s * (half_square + (even + odd)) + (k * LN2_LO + 0.0);
    return k * LN2_HI - ((half_square - small) - f);
}

#define MOST 16

/* Kinds and receptors present, closed up, of one patch. */
typedef struct {
    int64_t kinds[MOST], types[MOST];
    double copies[MOST], competed[MOST], free[MOST], total[MOST], residual[MOST], step[MOST];
    double kappa[MOST][MOST], antibodies[MOST], unbound[MOST], slope[MOST];
    double system[MOST][MOST + 1];
} Patch;

static double patch_residual(Patch *p, int a, int r) {
    for (int b = 0; b < a; b++) {
        double sites = 1.0;
        for (int c = 0; c < r; c++) sites += p->kappa[b][c] * p->free[c];
        p->unbound[b] = p->antibodies[b] / sites;
        p->slope[b] = p->unbound[b] / sites;
    }
    double worst = 0.0;
    for (int c = 0; c < r; c++) {
        double total = p->competed[c];
        for (int b = 0; b < a; b++) total += p->kappa[b][c] * p->unbound[b];
        double residual = log_(p->free[c] * total / p->copies[c]);
        p->total[c] = total;
        p->residual[c] = residual;
        worst = fabs(residual) > worst ? fabs(residual) : worst;
    }
    return worst;
}

static void solve(Patch *p, int n) {
    for (int row = 0; row < n; row++) {
        p->system[row][row] = p->system[row][row] > 1e-30 ? p->system[row][row] : 1e-30;
        for (int below = row + 1; below < n; below++) {
            double factor = p->system[below][row] / p->system[row][row];
            for (int c = row + 1; c <= n; c++) p->system[below][c] -= factor * p->system[row][c];
        }
    }
    for (int row = n - 1; row >= 0; row--) {
        double value = p->system[row][n];
        for (int c = row + 1; c < n; c++) value -= p->system[row][c] * p->system[c][n];
        p->system[row][n] = value / p->system[row][row];
    }
}

static void patch_step(Patch *p, int a, int r) {
    for (int b = 0; b < a; b++) {
        double pull = 0.0;
        for (int c = 0; c < r; c++) {
            double weight = p->slope[b] * p->kappa[b][c] * p->free[c];
            pull += weight * p->residual[c];
            p->step[c] = weight / p->total[c];
        }
        p->system[b][a] = pull;
        for (int d = 0; d < a; d++) {
            double entry = d == b ? 1.0 : 0.0;
            for (int c = 0; c < r; c++) entry -= p->step[c] * p->kappa[d][c];
            p->system[b][d] = entry;
        }
    }
    solve(p, a);
    for (int c = 0; c < r; c++) {
        double pull = 0.0;
        for (int b = 0; b < a; b++) pull += p->kappa[b][c] * p->system[b][a];
        double step = p->residual[c] + pull / p->total[c];
        step = step < 2.0 ? step : 2.0;
        step = step > -2.0 ? step : -2.0;
        p->free[c] *= exp_(-step);
    }
}

static void patch_equilibrium(const double *kappa, const double *opsonin, const double *receptors,
                              const double *rival, int kinds, int types, double *sum, Patch *p) {
    int a = 0, r = 0;
    for (int i = 0; i < kinds; i++) if (opsonin[i] > 0.0) p->kinds[a++] = i;
    for (int j = 0; j < types; j++) if (receptors[j] > 0.0) p->types[r++] = j;
    for (int c = 0; c < r; c++) {
        p->copies[c] = receptors[p->types[c]];
        p->competed[c] = 1.0 + rival[p->types[c]];
        p->free[c] = p->copies[c] / p->competed[c];
    }
    for (int b = 0; b < a; b++) {
        p->antibodies[b] = opsonin[p->kinds[b]];
        for (int c = 0; c < r; c++) p->kappa[b][c] = kappa[p->kinds[b] * types + p->types[c]];
    }
    for (int steps = 0; patch_residual(p, a, r) >= 1e-12 && steps < 30; steps++)
        patch_step(p, a, r);
    for (int j = 0; j < types; j++) sum[j] = 0.0;
    for (int c = 0; c < r; c++)
        for (int b = 0; b < a; b++)
            sum[p->types[c]] += p->kappa[b][c] * p->unbound[b] * p->free[c];
}

void bind_contacts(int64_t count, const int64_t *phagocyte, const int64_t *target,
                   const int32_t *x, const int32_t *y, int64_t pitch, const double *copies,
                   double per_patch, const double *opsonin, double touched, const double *kappa,
                   const double *own, const double *competitor, double dimer_weight, double *bound,
                   double *linked, int64_t cells, int64_t kinds, int64_t types, int64_t nx,
                   int64_t ny) {
    Patch patch;
    double density[MOST], held[MOST], rival[MOST];
    for (int64_t i = 0; i < cells * types; i++) linked[i] = 0.0;
    for (int64_t c = 0; c < count; c++) {
        int64_t mac = phagocyte[c], a = x[mac] / pitch, b = y[mac] / pitch;
        for (int64_t k = 0; k < kinds; k++) density[k] = opsonin[target[c] * kinds + k] * touched;
        for (int64_t j = 0; j < types; j++) {
            const double *monomer = competitor + (j * nx + a) * ny + b;
            held[j] = copies[mac * types + j] * per_patch;
            rival[j] = own[j] + monomer[0] + dimer_weight * monomer[(types + 1) * nx * ny];
        }
        patch_equilibrium(kappa, density, held, rival, (int)kinds, (int)types, bound + c * types,
                          &patch);
        for (int64_t j = 0; j < types; j++) linked[mac * types + j] += bound[c * types + j];
    }
}
