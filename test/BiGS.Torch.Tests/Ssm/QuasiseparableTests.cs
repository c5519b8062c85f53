using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Torch.Ssm;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Ssm;

/// <summary>
/// Three forms of one mixer, which share nothing: the matrix written out in plain C#, the recurrence of both directions as the authors' formula has it (shift
/// and flip), and the chunks of matrix products that train.
/// </summary>
public class QuasiseparableTests
{
    private static readonly Gen<(int Length, int Heads, int HeadWidth, int States, bool Masked, double Step, int Seed)> Cases = Gen.Select(
        Gen.OneOf(Gen.Int[1, 70], Gen.Int[1, 1_000]), Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[1, 8], Gen.Bool, Gen.Double[-6, 3], Gen.Int[0, 1_000_000]);

    /// <summary>Decays of ½, steps of 1, one state that every word writes and reads: what is left after one word, two words, three.</summary>
    [Fact]
    public void ByHand()
    {
        var halves = new SelectiveStateSpaceModel([.. Enumerable.Repeat(Math.Log(0.5), 4)], [1, 1, 1, 1], [[1], [1], [1], [1]], [[1], [1], [1], [1]]);
        SelectiveStateSpaceModel tenths = halves with { B = [[0.1], [0.1], [0.1], [0.1]], Delta = [1, 2, 3, 4] };
        var M = new QuasiseparableMatrix(halves, tenths, [7, 8, 9, 10]);
        double[,] expected =
        {
            { 7, 0.2, 0.15, 0.1 },
            { 1, 8, 0.3, 0.2 },
            { 0.5, 1, 9, 0.4 },
            { 0.25, 0.5, 1, 10 },
        };
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(expected[i / 4, i % 4], M.ToArray()[i / 4, i % 4], 1e-12));
        double[] y = M.Multiply([1, 0, 0, 2]);
        Assert.All(Enumerable.Range(0, 4), t => Assert.Equal(expected[t, 0] + (2 * expected[t, 3]), y[t], 1e-12));
    }

    /// <summary>C is that of the neighbour from which the state comes, and the decays are those of the words in between, not of the ends.</summary>
    [Fact]
    public void ByHandWhereEveryWordIsDifferent()
    {
        var model = new SelectiveStateSpaceModel([Math.Log(0.5), Math.Log(0.25), Math.Log(0.1)], [1, 10, 100], [[2], [3], [5]], [[7], [11], [13]]);
        double[,] M = new QuasiseparableMatrix(model, model, [1, 1, 1]).ToArray();
        Assert.Equal(7 * 2 * 1, M[1, 0], 1e-9);
        Assert.Equal(11 * 2 * 1 * 0.25, M[2, 0], 1e-9);
        Assert.Equal(11 * 3 * 10, M[2, 1], 1e-9);
        Assert.Equal(11 * 3 * 10, M[0, 1], 1e-9);
        Assert.Equal(11 * 5 * 100 * 0.25, M[0, 2], 1e-9);
        Assert.Equal(13 * 5 * 100, M[1, 2], 1e-9);
    }

    [Fact]
    public void ChunksAreTheMatrixInDouble() => Cases.Sample(
        c => Compare(new Case(c.Length, c.Heads, c.HeadWidth, c.States, c.Masked, c.Step, c.Seed), ScalarType.Float64, 1e-10), iter: 25, threads: 1, seed: "0N0XIzNsQ0O2");

    /// <summary>With steps as they are in models: larger ones spread the values so far that the largest one's rounding is more than the limit of the mean.</summary>
    [Fact]
    public void AndInSinglePrecision() => Cases.Sample(
        c => Compare(new Case(c.Length, c.Heads, c.HeadWidth, c.States, c.Masked, Math.Min(c.Step, 0), c.Seed), ScalarType.Float32, 1e-5), iter: 20, threads: 1, seed: "0N0XIzNsQ0O3");

    [Fact]
    public void HalfWidthIsItsOwnRounding() => Cases.Sample(c =>
    {
        using var scope = NewDisposeScope();
        var inputs = new Case(c.Length, c.Heads, c.HeadWidth, c.States, c.Masked, c.Step, c.Seed);
        Tensor expected = inputs.Recurrence();
        Tensor y = inputs.To(ScalarType.BFloat16).Chunks().to_type(ScalarType.Float64);
        Assert.InRange(Distance.Rms(y - expected) / Distance.Rms(expected), 0, 2e-2);
    }, iter: 10, threads: 1, seed: "0N0XIzNsQ0O4");

    /// <summary>The recurrence can be wrong in ways that the comparison must see.</summary>
    [Theory]
    [InlineData("C is not shifted")]
    [InlineData("directions are exchanged")]
    [InlineData("no diagonal")]
    [InlineData("steps do not scale the input")]
    public void AnotherMixerIsFarAway(string mistake)
    {
        using var scope = NewDisposeScope();
        Case right = new(150, 2, 3, 4, masked: false, step: 0, seed: 5);
        Case wrong = mistake switch
        {
            "C is not shifted" => right with { C = [right.C[0].roll(-1, 1), right.C[1].roll(1, 1)] },
            "directions are exchanged" => right with { C = [right.C[1], right.C[0]] },
            "no diagonal" => right with { D = zeros_like(right.D) },
            _ => right with { LogDelta = [zeros_like(right.LogDelta[0]), right.LogDelta[1]] },
        };
        Assert.InRange(Distance.Of(wrong.Chunks(), right.Recurrence()), 0.05, double.MaxValue);
    }

    private static void Compare(Case inputs, ScalarType type, double limit)
    {
        using var scope = NewDisposeScope();
        Tensor weight = empty_like(inputs.X).normal_();
        Tensor expected = inputs.Recurrence();
        Tensor[] expectedGradients = [.. autograd.grad([(expected * weight).sum()], inputs.Leaves)];

        Case rounded = inputs.To(type);
        Tensor y = rounded.Chunks();
        Distance.Within(limit, y, expected, $"{inputs}");
        Tensor[] gradients = [.. autograd.grad([(y * weight.to_type(type)).sum()], rounded.Leaves)];
        for (int i = 0; i < gradients.Length; i++)
        {
            Distance.Within(limit, gradients[i], expectedGradients[i], $"gradient {i}, {inputs}");
        }

        if (inputs.Length <= 200)
        {
            Distance.Within(limit, y[0], inputs.Matrix(), $"the matrix, {inputs}");
        }
    }

    /// <summary>Two rows of random inputs in double, the values of some positions zero and their decays 1 where they are masked.</summary>
    private sealed record Case
    {
        public Case(int length, int heads, int headWidth, int states, bool masked, double step, int seed)
        {
            (Length, Name) = (length, $"length {length}, heads {heads} of {headWidth}, N {states}, masked {masked}, step e^{step}, seed {seed}");
            using var generator = new Generator((ulong)seed);
            Tensor Random(params long[] shape) => empty([2, length, .. shape], ScalarType.Float64).normal_(generator: generator);
            Tensor keep = masked ? Random(1).gt(-0.5).to_type(ScalarType.Float64) : ones([2, length, 1], ScalarType.Float64);
            X = Random(heads, headWidth) * keep.unsqueeze(-1);
            LogDelta = [Random(heads) + step, Random(heads) + step];
            LogDecay = [.. LogDelta.Select(log => -log.exp() * keep)];
            B = [Random(states), Random(states)];
            C = [Random(states), Random(states)];
            D = Random(heads);
            foreach (Tensor leaf in Leaves)
            {
                leaf.requires_grad_();
            }
        }

        public int Length { get; init; }

        public string Name { get; init; }

        public Tensor X { get; init; }

        public Tensor[] LogDelta { get; init; }

        public Tensor[] LogDecay { get; init; }

        public Tensor[] B { get; init; }

        public Tensor[] C { get; init; }

        public Tensor D { get; init; }

        public Tensor[] Leaves => [X, .. LogDelta, .. LogDecay, .. B, .. C, D];

        public override string ToString() => Name;

        /// <summary>The same in another precision, but for logarithms.</summary>
        public Case To(ScalarType type)
        {
            Tensor Leaf(Tensor x, ScalarType t) => x.detach().to_type(t).clone().requires_grad_();
            Tensor[] Leaves(Tensor[] x, ScalarType t) => [.. x.Select(one => Leaf(one, t))];
            return this with
            {
                X = Leaf(X, type),
                LogDelta = Leaves(LogDelta, ScalarType.Float64),
                LogDecay = Leaves(LogDecay, ScalarType.Float64),
                B = Leaves(B, type),
                C = Leaves(C, type),
                D = Leaf(D, type),
            };
        }

        public Tensor Chunks() => QuasiseparableProduct.Apply(
            X, new SelectiveInputs(LogDecay[0], LogDelta[0], B[0], C[0]), new SelectiveInputs(LogDecay[1], LogDelta[1], B[1], C[1]), D);

        /// <summary>shift(SS(x)) + flip(shift(SS(flip x))) + D x.</summary>
        public Tensor Recurrence()
        {
            Tensor Flip(Tensor x) => x.flip(1);
            Tensor Shift(Tensor y) => cat([zeros_like(y.narrow(1, 0, 1)), y.narrow(1, 0, Length - 1)], 1);
            Tensor forward = Steps(X, LogDecay[0], LogDelta[0], B[0], C[0]);
            Tensor backward = Steps(Flip(X), Flip(LogDecay[1]), Flip(LogDelta[1]), Flip(B[1]), Flip(C[1]));
            return Shift(forward) + Flip(Shift(backward)) + (X * D.unsqueeze(-1));
        }

        /// <summary>Row 0 by its matrices: (l, m, p).</summary>
        public Tensor Matrix()
        {
            double[] Column(Tensor x, int head) => [.. x[0].select(1, head).detach().contiguous().data<double>()];
            double[][] Rows(Tensor x) => [.. Enumerable.Range(0, Length).Select(t => x[0][t].detach().contiguous().data<double>().ToArray())];
            return stack([.. Enumerable.Range(0, (int)D.shape[2]).Select(head =>
            {
                SelectiveStateSpaceModel Model(int n) => new(Column(LogDecay[n], head), [.. Column(LogDelta[n], head).Select(Math.Exp)], Rows(B[n]), Rows(C[n]));
                var M = new QuasiseparableMatrix(Model(0), Model(1), Column(D, head));
                double[] elements = [.. M.ToArray().Cast<double>()];
                Tensor written = tensor(elements, [Length, Length]).matmul(X[0].select(1, head).detach());
                double[] first = M.Multiply([.. X[0].select(1, head).select(1, 0).detach().contiguous().data<double>()]);
                Distance.Within(1e-10, tensor(first), written.select(1, 0), $"the recurrence in C#, {Name}");
                return written;
            })], 1);
        }

        /// <summary>h_t = a_t h_{t−1} + Δ_t B_t x_t, y_t = C_t · h_t.</summary>
        private static Tensor Steps(Tensor x, Tensor logDecay, Tensor logDelta, Tensor B, Tensor C)
        {
            Tensor state = zeros([x.shape[0], x.shape[2], x.shape[3], B.shape[2]], ScalarType.Float64); // (b, m, p, N)
            var y = new List<Tensor>();
            for (int t = 0; t < x.shape[1]; t++)
            {
                Tensor written = (x.select(1, t) * logDelta.select(1, t).exp().unsqueeze(-1)).unsqueeze(-1) * B.select(1, t).unsqueeze(1).unsqueeze(1);
                state = (state * logDecay.select(1, t).exp().unsqueeze(-1).unsqueeze(-1)) + written;
                y.Add((state * C.select(1, t).unsqueeze(1).unsqueeze(1)).sum(-1));
            }

            return stack([.. y], 1);
        }
    }
}
