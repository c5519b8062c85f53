using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>
/// The layer as the authors' PyTorch code computes it, to be timed: rows first, single precision, K in complex single precision from N × L
/// exponentials, two real Fourier transforms of 2L along a transposed axis, and the text reversed for the backward direction.
/// </summary>
internal sealed class ReferenceLayer : nn.Module<Tensor, Tensor>
{
    // Held: TorchSharp's own + would leave its factor to the collector while libtorch reads it.
    private static readonly Scalar One = 1;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _layerNorm;

    [ComponentName(Name = "dv")]
    private readonly Linear _dv;

    [ComponentName(Name = "du_forward")]
    private readonly Linear _duForward;

    [ComponentName(Name = "du_backward")]
    private readonly Linear _duBackward;

    [ComponentName(Name = "duc_forward")]
    private readonly Linear _ducForward;

    [ComponentName(Name = "duc_backward")]
    private readonly Linear _ducBackward;

    [ComponentName(Name = "dol")]
    private readonly Linear _dol;

    [ComponentName(Name = "do")]
    private readonly Linear _do;

    [ComponentName(Name = "fs4")]
    private readonly AuthorsSsm _fs4;

    [ComponentName(Name = "bs4")]
    private readonly AuthorsSsm _bs4;

    public ReferenceLayer(int d, int stateSize)
        : base(nameof(ReferenceLayer))
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
        return x.add(_do.forward(U * V), One).MoveToOuterDisposeScope();
    }

    private sealed class AuthorsSsm : nn.Module<Tensor, Tensor>
    {
        private static readonly Scalar MaxRealPart = -1e-4;

        [ComponentName(Name = "A_re")]
        private readonly Parameter _aRe;

        [ComponentName(Name = "A_im")]
        private readonly Parameter _aIm;

        [ComponentName(Name = "C")]
        private readonly Parameter _c;

        [ComponentName(Name = "D")]
        private readonly Parameter _d;

        [ComponentName(Name = "log_step")]
        private readonly Parameter _logStep;

        public AuthorsSsm(int stateSize)
            : base(nameof(AuthorsSsm))
        {
            _aRe = new Parameter(tensor(Enumerable.Repeat(-0.5f, stateSize).ToArray()));
            _aIm = new Parameter(tensor(Enumerable.Range(0, stateSize).Select(n => (float)(Math.PI * n)).ToArray()));
            _c = new Parameter(randn(stateSize, 2));
            _d = new Parameter(ones(1));
            _logStep = new Parameter(tensor(new[] { -2f }));
            RegisterComponents();
        }

        /// <param name="u">(b, l, d).</param>
        public override Tensor forward(Tensor u)
        {
            using var scope = NewDisposeScope();
            long length = u.shape[1];
            Tensor A = complex(_aRe.clamp_max(MaxRealPart), _aIm);
            Tensor scaled = A * _logStep.exp();
            Tensor C = view_as_complex(_c) * scaled.exp().sub(One) / A;
            Tensor K = real(matmul(C, (scaled.unsqueeze(-1) * tensor(Enumerable.Range(0, (int)length).Select(l => (float)l).ToArray(), device: u.device)).exp())); // (L)
            Tensor columns = u.transpose(1, 2); // (b, d, l)
            Tensor spectrum = fft.rfft(columns, 2 * length) * fft.rfft(K, 2 * length);
            Tensor y = fft.irfft(spectrum, 2 * length).narrow(2, 0, length).transpose(1, 2);
            return y.add(_d * u, One).MoveToOuterDisposeScope();
        }
    }
}
