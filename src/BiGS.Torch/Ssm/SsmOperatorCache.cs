using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The operators of an SSM whose parameters stay as they are, laid out once and kept. Lengths are rounded up and rows filled with zeros,
/// which changes nothing (a linear system), so that a few dozen operators serve every text.
/// </summary>
/// <param name="prepare">Lays the system out for a length and a type.</param>
internal sealed class SsmOperatorCache(Func<long, ScalarType, SsmOperator> prepare) : IDisposable
{
    private readonly Dictionary<(long Length, ScalarType Type), SsmOperator> _kept = [];

    /// <param name="u">(m, l, c).</param>
    /// <returns>(m, l, c).</returns>
    public Tensor Apply(Tensor u)
    {
        long length = u.shape[1];
        long step = length <= 64 ? 8 : length <= 512 ? 64 : 512;
        long rounded = (length + step - 1) / step * step;
        SsmOperator ssm = For(rounded, u.dtype);
        if (rounded == length)
        {
            return ssm.Apply(u);
        }

        Tensor filled = cat([u, zeros([u.shape[0], rounded - length, u.shape[2]], u.dtype, u.device)], 1);
        return ssm.Apply(filled).narrow(1, 0, length).contiguous();
    }

    public void Dispose()
    {
        foreach (SsmOperator ssm in _kept.Values)
        {
            ssm.Dispose();
        }
    }

    /// <summary>Several threads may ask at once.</summary>
    private SsmOperator For(long length, ScalarType type)
    {
        lock (_kept)
        {
            if (!_kept.TryGetValue((length, type), out SsmOperator? ssm))
            {
                using var untracked = no_grad();
                using var normal = inference_mode(false);
                _kept[(length, type)] = ssm = prepare(length, type).DetachFromScopes();
            }

            return ssm;
        }
    }
}
