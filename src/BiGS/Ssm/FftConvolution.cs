using static TorchSharp.torch;

namespace BiGS.Ssm;

/// <summary>
/// The convolution by the Fourier transform: both sequences padded to 2L so that nothing wraps around, multiplied, taken back.
/// The backward direction multiplies by the conjugate, which correlates instead of convolving: nothing is flipped. O(L log L).
/// </summary>
public sealed class FftConvolution : ISsmRoute
{
    /// <inheritdoc/>
    public Tensor Apply(DiscreteSystem system, Tensor u, Direction direction)
    {
        using var scope = NewDisposeScope();
        long length = u.shape[2];
        // There is no transform of half-width types.
        ScalarType type = u.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor response = fft.rfft(system.ImpulseResponse(length).to_type(type), 2 * length, 1).unsqueeze(-1); // (m, L+1, 1)
        if (direction == Direction.Backward)
        {
            response = response.conj();
        }

        Tensor spectrum = fft.rfft(u.to_type(type), 2 * length, 2); // (b, m, L+1, c)
        Tensor y = fft.irfft(spectrum * response, 2 * length, 2).narrow(2, 0, length);
        return y.to_type(u.dtype).MoveToOuterDisposeScope();
    }
}
