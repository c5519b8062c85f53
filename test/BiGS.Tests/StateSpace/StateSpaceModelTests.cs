using System.Numerics;
using BiGS.StateSpace;
using CsCheck;

namespace BiGS.Tests.StateSpace;

/// <summary>The definition: its formulas by numbers worked out by hand, and its three faces by each other.</summary>
public class StateSpaceModelTests
{
    private const double Rounding = 1e-12;

    private static readonly Gen<(DiscreteStateSpaceModel System, double[] U, Direction Direction)> Filters = Gen.Select(
        Gen.Select(Gen.Double[-2, 0], Gen.Double[-9, 9], Gen.Double[-1, 1], Gen.Double[-1, 1]).Array[1, 6], Gen.Double[-1, 1], Gen.Double[0.01, 1], Gen.Bool, Gen.Bool,
        Gen.Double[-1, 1].Array[1, 60],
        (states, D, step, bilinear, backward, u) =>
        {
            var model = new StateSpaceModel(
                [.. states.Select(s => new Complex(Math.Min(s.Item1, StateSpaceModel.MaxRealPart), s.Item2))], [.. states.Select(s => new Complex(s.Item3, s.Item4))], D, step);
            return (bilinear ? model.Bilinear() : model.ZeroOrderHold(), u, backward ? Direction.Backward : Direction.Forward);
        });

    [Fact]
    public void Recurrence_convolution_and_matrix_agree() => Filters.Sample(
        (system, u, direction) =>
        {
            double[] y = system.Run(u, direction);
            Near(y, system.Convolve(u, direction));
            double[,] T = system.ToeplitzMatrix(u.Length, direction);
            Near(y, [.. Enumerable.Range(0, u.Length).Select(i => u.Select((value, j) => T[i, j] * value).Sum())]);
        },
        iter: 300);

    [Fact]
    public void Backward_is_forward_on_the_reversed_row() => Filters.Sample(
        (system, u, _) =>
        {
            double[] reversed = [.. u.Reverse()];
            Assert.Equal(system.Run(u, Direction.Backward), system.Run(reversed, Direction.Forward).Reverse());
        },
        iter: 100);

    [Fact]
    public void An_impulse_is_answered_by_the_kernel_and_D() => Filters.Sample(
        (system, u, _) =>
        {
            double[] impulse = [1, .. new double[u.Length - 1]];
            Near(system.Run(impulse), system.ImpulseResponse(u.Length));
            double[] K = system.Kernel(u.Length);
            K[0] += system.D;
            Assert.Equal(K, system.ImpulseResponse(u.Length));
            Assert.Empty(system.ImpulseResponse(0));
        },
        iter: 100);

    /// <summary>What stands in its remarks as formulas, put together: the row in chunks gives the same y.</summary>
    [Fact]
    public void Chunks_agree_with_the_recurrence() => Gen.Select(Filters, Gen.Int[1, 9]).Sample(
        (filter, Q) =>
        {
            (DiscreteStateSpaceModel system, double[] u, Direction direction) = filter;
            Near(system.Run(u, direction), InChunks(system, u, Q, direction));
        },
        iter: 300);

    [Fact]
    public void Zero_order_hold_is_exact_for_a_constant_input()
    {
        const double a = -0.7;
        const double step = 0.25;
        DiscreteStateSpaceModel system = new StateSpaceModel([a], [2], 3, step).ZeroOrderHold();
        double[] y = system.Run([1, 1, 1, 1]);
        Near([.. Enumerable.Range(1, 4).Select(k => (2 * (Math.Exp(a * k * step) - 1) / a) + 3)], y); // x(t) = (e^{at} − 1)/a
    }

    [Fact]
    public void Bilinear_is_the_trapezium_rule()
    {
        DiscreteStateSpaceModel system = new StateSpaceModel([new Complex(-1, 2)], [1], 0, 0.5).Bilinear();
        var half = new Complex(-0.25, 0.5); // ΔA/2
        Assert.Equal(0, (system.ABar[0] - ((1 + half) / (1 - half))).Magnitude, Rounding);
        Assert.Equal(0, (system.BBar[0] - (0.5 / (1 - half))).Magnitude, Rounding);
    }

    [Fact]
    public void Parameters_lie_head_after_head()
    {
        StateSpaceModel[] heads = StateSpaceModel.FromParameters([-1, 0.5f, -2, -3], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8], [0, -1], [9, 10]);
        Assert.Equal(2, heads.Length);
        Assert.Equal([new Complex(-1, 1), new Complex(-1e-4, 2)], heads[0].A);
        Assert.Equal([new Complex(5, 6), new Complex(7, 8)], heads[1].C);
        Assert.Equal((9.0, 1.0, 10.0, Math.Exp(-1)), (heads[0].D, heads[0].Delta, heads[1].D, heads[1].Delta));
    }

    [Fact]
    public void Parameters_that_do_not_fit_are_refused()
    {
        string message = Assert.Throws<ArgumentException>(() => StateSpaceModel.FromParameters([-1, -2], [1, 2], [1, 2, 3], [0], [1])).Message;
        Assert.Contains("A_re 2", message, StringComparison.Ordinal);
        Assert.Contains("C 3", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => StateSpaceModel.FromParameters([], [], [], [], []));
    }

    private static double[] InChunks(DiscreteStateSpaceModel system, double[] u, int Q, Direction direction)
    {
        int chunks = (u.Length + Q - 1) / Q;
        double[] padded = [.. u, .. new double[(chunks * Q) - u.Length]];
        var chunked = new ChunkedStateSpaceModel(system, Q);
        (double[,] T, double[,] V, double[,] W) = (system.ToeplitzMatrix(Q, direction), chunked.IntoState(direction), chunked.OutOfState(direction));
        Complex[,] carried = chunked.Carried(chunks);
        double[] Chunk(int c) => padded[(c * Q)..((c + 1) * Q)];
        Complex[][] added = [.. Enumerable.Range(0, chunks).Select(c => AsComplex(Product(V, Chunk(c))))];
        double[] y = [];
        for (int c = 0; c < chunks; c++)
        {
            var state = new Complex[system.StateSize];
            for (int other = 0; other < chunks; other++)
            {
                int distance = direction == Direction.Forward ? c - other : other - c;
                for (int n = 0; n < state.Length && distance > 0; n++)
                {
                    Complex power = carried[n, distance - 1];
                    state[n] += (direction == Direction.Forward ? power : Complex.Conjugate(power)) * added[other][n];
                }
            }

            double[] begun = [.. state.SelectMany(x => (double[])[x.Real, x.Imaginary])];
            y = [.. y, .. Product(T, Chunk(c)).Zip(Product(W, begun), (within, before) => within + before)];
        }

        return y[..u.Length];
    }

    private static Complex[] AsComplex(double[] pairs) => [.. pairs.Chunk(2).Select(pair => new Complex(pair[0], pair[1]))];

    private static double[] Product(double[,] matrix, double[] x) =>
        [.. Enumerable.Range(0, matrix.GetLength(0)).Select(i => x.Select((value, j) => matrix[i, j] * value).Sum())];

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Rounding * 100));
    }
}
