using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>Random words, of which 15 % are asked for: the input of a step.</summary>
internal sealed class RandomMaskedBatch : IDisposable
{
    private const double Rate = 0.15;

    public RandomMaskedBatch(int batch, int length, Device device)
    {
        using var scope = NewDisposeScope();
        long asked = Math.Max(1, (long)(Rate * batch * length));
        Tensor at = randperm((long)batch * length).narrow(0, 0, asked).sort().Values;
        Input = randint(1_000, BenchmarkSubject.Words, [batch, length]).to(device).DetachFromDisposeScope();
        Positions = at.to(device).DetachFromDisposeScope();
        Words = randint(1_000, BenchmarkSubject.Words, [asked]).to(device).DetachFromDisposeScope();
        Labels = full([batch * length], HeadedModel.IgnoredLabel, ScalarType.Int64, device).index_copy_(0, Positions, Words).view(batch, length).DetachFromDisposeScope();
    }

    /// <summary>(b, l).</summary>
    public Tensor Input { get; }

    /// <summary>(p): flat indices.</summary>
    public Tensor Positions { get; }

    /// <summary>(p).</summary>
    public Tensor Words { get; }

    /// <summary>The same question as labels at all positions: (b, l).</summary>
    public Tensor Labels { get; }

    public void Dispose()
    {
        Input.Dispose();
        Positions.Dispose();
        Words.Dispose();
        Labels.Dispose();
    }
}
