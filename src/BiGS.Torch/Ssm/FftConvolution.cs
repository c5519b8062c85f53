using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The convolution by the Fourier transform: both sequences padded to 2L so that nothing wraps around, multiplied, taken back.
/// The backward direction multiplies by the conjugate, which correlates instead of convolving: nothing is flipped. O(L log L).
/// </summary>
internal sealed class FftConvolution : ISsmRoute
{
    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction)
    {
        using var scope = NewDisposeScope();
        Tensor response = fft.rfft(system.ImpulseResponse(length).to_type(Transformed(type)), 2 * length, 1).unsqueeze(-1); // (m, L+1, 1)
        return new Spectrum(direction == Direction.Backward ? response.conj() : response).MoveToOuterScope();
    }

    /// <summary>There is no transform of half-width types.</summary>
    private static ScalarType Transformed(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    private sealed class Spectrum(Tensor response) : SsmOperator(response)
    {
        public override Tensor Apply(Tensor u)
        {
            using var scope = NewDisposeScope();
            long length = u.shape[1];
            Tensor spectrum = fft.rfft(u.to_type(Transformed(u.dtype)), 2 * length, 1); // (m, L+1, c)
            Tensor y = fft.irfft(spectrum * response, 2 * length, 1).narrow(1, 0, length);
            return y.to_type(u.dtype).MoveToOuterDisposeScope();
        }
    }
}
