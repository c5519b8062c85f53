using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Torch.Ssm;
using BiGS.Torch.Tests.StateSpace;
using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Ssm;

/// <summary>
/// Every route computes what the definition in <see cref="StateSpaceModel"/> says, forward and backward, masked and not, by both rules; and every route has the
/// gradients of the recurrence.
/// </summary>
public class RouteTests
{
    private static readonly Gen<(int Length, int Heads, int StateSize, int Seed, bool Backward, bool Masked, bool Bilinear)> Systems =
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 3], Gen.Int[1, 16], Gen.Int[0, 1_000_000], Gen.Bool, Gen.Bool, Gen.Bool);

    public static TheoryData<string> Routes => [.. SsmRoutes.Names];

    [Theory]
    [MemberData(nameof(Routes))]
    public void AgreesWithTheDefinition(string route) => Systems.Sample(
        s => Compare(route, s.Length, s.Heads, s.StateSize, s.Seed, s.Backward, s.Masked, s.Bilinear), iter: 40, threads: 1, seed: "0N0XIzNsQ0O2");

    [Theory]
    [InlineData("fft", 1000)]
    [InlineData("toeplitz", 1000)]
    [InlineData("fft", 999)]
    [InlineData("toeplitz", 257)]
    [InlineData("chunked", 1000)]
    [InlineData("chunked", 896)]
    [InlineData("chunked", 257)]
    [InlineData("recurrent", 1000)]
    public void AgreesWithTheDefinitionOnLongRows(string route, int length)
    {
        Compare(route, length, heads: 1, stateSize: 8, seed: length, backward: false, masked: true, bilinear: false);
        Compare(route, length, heads: 2, stateSize: 8, seed: length + 1, backward: true, masked: true, bilinear: true);
    }

    [Fact]
    public void TheRecurrenceIsItsOwnStepByStep()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        DiscreteSystem system = Random(2, 4, generator, Discretization.ZeroOrderHold).Discretize();
        Tensor u = empty(2, 20, 5).normal_(generator: generator);
        var state = new RecurrentState(system);
        Tensor stepped = stack([.. Enumerable.Range(0, 20).Select(k => state.Step(u.select(1, k)))], 1);
        Assert.Equal(0, Distance.Of(stepped, Apply(new Recurrence(), system, u, Direction.Forward)));
    }

    [Fact]
    public void BackwardIsForwardOnTheReversedText()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(6);
        DiscreteSystem system = Random(1, 4, generator, Discretization.ZeroOrderHold).Discretize();
        Tensor u = empty(1, 333, 4).normal_(generator: generator);
        foreach (string name in SsmRoutes.Names)
        {
            ISsmRoute route = SsmRoutes.Get(name);
            Tensor backward = Apply(route, system, u, Direction.Backward);
            Tensor reversed = Apply(route, system, u.flip(1), Direction.Forward).flip(1);
            Distance.Within(1e-5, backward, reversed, name);
        }
    }

    /// <summary>A batch of one row: its channels, parted by heads, are a view that is not laid out in their order.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public void OneRowOfSeveralHeads(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        S4D layer = Random(3, 4, generator, Discretization.ZeroOrderHold);
        Tensor u = empty(1_024, 1, 3, 5).normal_(generator: generator).permute(2, 0, 1, 3).reshape(3, 1_024, 5);
        Assert.False(u.is_contiguous());
        Distance.Within(1e-5, Apply(SsmRoutes.Get(name), layer.Discretize(), u, Direction.Forward), Definition.Filtered(Definition.Of(layer, bilinear: false), u, Direction.Forward), name);
    }

    [Fact]
    public void HeadsFilterTheirOwnChannels()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        S4D two = Random(2, 4, generator, Discretization.ZeroOrderHold);
        Tensor u = empty(17, 2, 6).normal_(generator: generator);
        Tensor whole = two.forward(u);
        DiscreteStateSpaceModel[] heads = Definition.Of(two, bilinear: false);
        for (int head = 0; head < 2; head++)
        {
            Tensor channels = u.narrow(2, head * 3, 3).reshape(1, 17, 6);
            Tensor expected = Definition.Filtered([heads[head]], channels, Direction.Forward).reshape(17, 2, 3);
            Distance.Within(1e-5, whole.narrow(2, head * 3, 3), expected, $"head {head}");
        }
    }

    [Fact]
    public void AnUnknownRouteIsNamedWithTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => SsmRoutes.Get("wavelet"));
        Assert.Contains("toeplitz", error.Message, StringComparison.Ordinal);
    }

    /// <summary>In double precision, so that a difference is a mistake and not rounding.</summary>
    private static void Compare(string route, int length, int heads, int stateSize, int seed, bool backward, bool masked, bool bilinear)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        S4D layer = Random(heads, stateSize, generator, bilinear ? Discretization.Bilinear : Discretization.ZeroOrderHold);
        Direction direction = backward ? Direction.Backward : Direction.Forward;
        Tensor u = empty([heads, length, 6], ScalarType.Float64).normal_(generator: generator);
        Tensor weight = empty_like(u).normal_(generator: generator);
        Tensor keep = masked ? empty_like(u).uniform_(0, 1, generator).gt(0.3).to_type(ScalarType.Float64) : ones_like(u);

        (Tensor value, Tensor[] gradients) = Run(SsmRoutes.Get(route), layer, u, keep, weight, direction);
        Tensor expected = Definition.Filtered(Definition.Of(layer, bilinear), u * keep, direction);
        (_, Tensor[] expectedGradients) = Run(new Recurrence(), layer, u, keep, weight, direction);
        string what = $"{route}, length {length}, heads {heads}, N {stateSize}, seed {seed}, {direction}, masked {masked}, bilinear {bilinear}";
        Distance.Within(1e-9, value, expected, what);
        for (int i = 0; i < gradients.Length; i++)
        {
            Distance.Within(1e-7, gradients[i], expectedGradients[i], $"gradient {i}, {what}");
        }
    }

    private static (Tensor Value, Tensor[] Gradients) Run(ISsmRoute route, S4D layer, Tensor u, Tensor keep, Tensor weight, Direction direction)
    {
        Tensor input = u.clone().requires_grad_();
        Tensor y = Apply(route, layer.Discretize(), input * keep, direction);
        var wanted = layer.parameters().Select(p => (Tensor)p).Append(input).ToList();
        return (y.detach(), [.. autograd.grad([(y * weight).sum()], wanted)]);
    }

    private static Tensor Apply(ISsmRoute route, DiscreteSystem system, Tensor u, Direction direction) =>
        route.Prepare(system, u.shape[1], u.dtype, direction).Apply(u);

    private static S4D Random(int heads, int stateSize, Generator generator, Discretize discretize)
    {
        var layer = new S4D(heads, stateSize, discretize, Direction.Forward, SsmRoutes.Auto);
        layer.Initialize(InitialValues.Linear, generator);
        using (no_grad())
        {
            layer.get_parameter("D")!.normal_(generator: generator);
        }

        layer.to(ScalarType.Float64);
        return layer;
    }
}
