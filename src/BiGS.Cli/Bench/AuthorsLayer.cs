using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>
/// The layer as the authors' PyTorch code computes it, to be timed: rows first, single precision, K in complex single precision from N × L
/// exponentials, two real Fourier transforms of 2L along a transposed axis, and the text reversed for the backward direction.
/// </summary>
internal sealed class AuthorsLayer : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm _layerNorm;
    private readonly Linear _dv;
    private readonly Linear _duForward;
    private readonly Linear _duBackward;
    private readonly Linear _ducForward;
    private readonly Linear _ducBackward;
    private readonly Linear _dol;
    private readonly Linear _do;
    private readonly AuthorsSsm _fs4;
    private readonly AuthorsSsm _bs4;

    public AuthorsLayer(int d, int stateSize)
        : base(nameof(AuthorsLayer))
    {
        _layerNorm = nn.LayerNorm(d, 1e-12);
        _dv = nn.Linear(d, 3 * d);
        _duForward = nn.Linear(d, d);
        _duBackward = nn.Linear(d, d);
        _ducForward = nn.Linear(d, d);
        _ducBackward = nn.Linear(d, d);
        _dol = nn.Linear(d, 3 * d);
        _do = nn.Linear(3 * d, d);
        _fs4 = new AuthorsSsm(stateSize);
        _bs4 = new AuthorsSsm(stateSize);
        RegisterComponents();
    }

    /// <param name="x">(b, l, d).</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor X = _layerNorm.forward(x);
        Tensor V = nn.functional.gelu(_dv.forward(X));
        Tensor F = nn.functional.gelu(_duForward.forward(X));
        Tensor B = nn.functional.gelu(_duBackward.forward(X.flip(1)));
        Tensor U1 = _ducForward.forward(_fs4.forward(F));
        Tensor U2 = _ducBackward.forward(_bs4.forward(B)).flip(1);
        Tensor U = nn.functional.gelu(_dol.forward(U1 * U2));
        return (x + _do.forward(U * V)).MoveToOuterDisposeScope();
    }

    private sealed class AuthorsSsm : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _aRe;
        private readonly Parameter _aIm;
        private readonly Parameter _c;
        private readonly Parameter _d;
        private readonly Parameter _logStep;

        public AuthorsSsm(int stateSize)
            : base(nameof(AuthorsSsm))
        {
            _aRe = new Parameter(full(stateSize, -0.5f));
            _aIm = new Parameter(arange(stateSize, ScalarType.Float32) * Math.PI);
            _c = new Parameter(randn(stateSize, 2));
            _d = new Parameter(ones(1));
            _logStep = new Parameter(full(1, -2f));
            RegisterComponents();
        }

        /// <param name="u">(b, l, d).</param>
        public override Tensor forward(Tensor u)
        {
            using var scope = NewDisposeScope();
            long length = u.shape[1];
            Tensor A = complex(_aRe.clamp_max(-1e-4), _aIm);
            Tensor scaled = A * _logStep.exp();
            Tensor C = view_as_complex(_c) * (scaled.exp() - 1) / A;
            Tensor K = real(matmul(C, (scaled.unsqueeze(-1) * arange(length, ScalarType.Float32)).exp())); // (L)
            Tensor columns = u.transpose(1, 2); // (b, d, l)
            Tensor spectrum = fft.rfft(columns, 2 * length) * fft.rfft(K, 2 * length);
            Tensor y = fft.irfft(spectrum, 2 * length).narrow(2, 0, length).transpose(1, 2);
            return (y + (_d * u)).MoveToOuterDisposeScope();
        }
    }
}
