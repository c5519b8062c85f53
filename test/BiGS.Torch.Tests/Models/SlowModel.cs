using System.Numerics;
using BiGS.Configuration;
using BiGS.Torch.Models;
using static BiGS.Torch.Tests.Models.SlowLayers;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>
/// The encoder as the formulas say it (paper.md §1–3), over named weights: arrays of doubles, sums written out, nothing shared with the library.
/// A sequence is an array of positions, each an array of channels.
/// </summary>
internal sealed class SlowModel
{
    private readonly BiGSConfig _config;
    private readonly Dictionary<string, (double[] Values, int Columns)> _weights;

    public SlowModel(HeadedModel model)
    {
        _config = model.Config;
        _weights = model.named_parameters().ToDictionary(
            p => p.name, p => (p.parameter.detach().to_type(ScalarType.Float64).flatten().data<double>().ToArray(), (int)p.parameter.shape[^1]));
    }

    /// <summary>The last hidden states of one row.</summary>
    public double[][] Encode(int[] ids, bool[] text, int[] types)
    {
        double[][] x = [.. ids.Select((id, l) =>
        {
            double[] sum = Sum(Row("bigs.embeddings.word_embeddings.weight", id), Row("bigs.embeddings.token_type_embeddings.weight", types[l]));
            return _config.PositionEmbeddingType == PositionEmbedding.None ? sum : Sum(sum, Row("bigs.embeddings.position_embeddings.weight", l));
        })];
        x = LayerNorm(x, "bigs.embeddings.LayerNorm");
        for (int n = 0; n < _config.NumHiddenLayers; n++)
        {
            string layer = $"bigs.encoder.layer.{n}";
            x = _config.Architecture == Architecture.Gated ? Gated(x, text, layer) : Stack(x, text, layer);
        }

        return _config is { Architecture: Architecture.Stack, PreNorm: true } ? LayerNorm(x, "bigs.encoder.LayerNorm") : x;
    }

    private double[][] Gated(double[][] x, bool[] text, string layer)
    {
        double[][] X = _config.PreNorm ? LayerNorm(x, layer + ".LayerNorm") : x;
        double[][] V = Gelu(Dense(X, layer + ".dv"));
        double[][] U = Gelu(Dense(Route(X, text, layer), layer + ".dol"));
        double[][] result = Sum(x, Dense(Product(U, V), layer + ".do"));
        return _config.PreNorm ? result : LayerNorm(result, layer + ".LayerNorm");
    }

    private double[][] Stack(double[][] x, bool[] text, string layer)
    {
        double[][] FeedForward(double[][] h) => Dense(Gelu(Dense(h, layer + ".intermediate")), layer + ".output");
        if (_config.PreNorm)
        {
            x = Sum(x, Route(LayerNorm(x, layer + ".LayerNorm"), text, layer));
            return Sum(x, FeedForward(LayerNorm(x, layer + ".output_LayerNorm")));
        }

        x = LayerNorm(Sum(x, Route(x, text, layer)), layer + ".LayerNorm");
        return LayerNorm(Sum(x, FeedForward(x)), layer + ".output_LayerNorm");
    }

    private double[][] Route(double[][] X, bool[] text, string layer)
    {
        if (_config.Routing == Routing.Attention)
        {
            return Attention(X, text, layer + ".attention");
        }

        if (_config.Routing == Routing.Hydra)
        {
            return Hydra(X, text, layer + ".hydra");
        }

        double[][] Heard(double[][] u) => [.. u.Select((row, l) => text[l] || !_config.MaskPadding ? row : new double[row.Length])];
        double[][] forward = Ssm(Heard(Gelu(Dense(X, layer + ".du_forward"))), layer + ".fs4", backward: false);
        double[][] backward = Ssm(Heard(Gelu(Dense(X, layer + ".du_backward"))), layer + ".bs4", backward: true);
        return _config.Merge switch
        {
            Merge.Multiply => Product(Dense(forward, layer + ".duc_forward"), Dense(backward, layer + ".duc_backward")),
            Merge.Add => Sum(Dense(forward, layer + ".duc_forward"), Dense(backward, layer + ".duc_backward")),
            _ => Dense([.. forward.Zip(backward, (f, b) => (double[])[.. f, .. b])], layer + ".merge"),
        };
    }

    /// <summary>x_k = Ā x_{k−1} + B̄ u_k, y_k = Re(C x_k) + D u_k, channel by channel.</summary>
    private double[][] Ssm(double[][] u, string name, bool backward)
    {
        int N = _config.StateSize;
        double[] C = _weights[name + ".kernel.C"].Values;
        double[][] y = [.. u.Select(row => new double[row.Length])];
        for (int channel = 0; channel < _config.HiddenSize; channel++)
        {
            int head = channel / (_config.HiddenSize / _config.NumSsmHeads);
            double step = Math.Exp(_weights[name + ".kernel.log_step"].Values[head]);
            var state = new Complex[N];
            for (int k = 0; k < u.Length; k++)
            {
                int l = backward ? u.Length - 1 - k : k;
                y[l][channel] = _weights[name + ".D"].Values[head] * u[l][channel];
                for (int n = 0; n < N; n++)
                {
                    int at = (head * N) + n;
                    var A = new Complex(Math.Min(_weights[name + ".kernel.A_re"].Values[at], -1e-4), _weights[name + ".kernel.A_im"].Values[at]);
                    (Complex ABar, Complex BBar) = _config.Discretization == DiscretizationRule.Zoh
                        ? (Complex.Exp(step * A), (Complex.Exp(step * A) - 1) / A)
                        : ((1 + (step * A / 2)) / (1 - (step * A / 2)), step / (1 - (step * A / 2)));
                    state[n] = (ABar * state[n]) + (BBar * u[l][channel]);
                    y[l][channel] += (new Complex(C[2 * at], C[(2 * at) + 1]) * state[n]).Real;
                }
            }
        }

        return y;
    }

    private double[][] Attention(double[][] X, bool[] text, string name) => Dense(
        SlowLayers.Attention(Dense(X, name + ".query"), Dense(X, name + ".key"), Dense(X, name + ".value"), text, _config.NumAttentionHeads), name + ".output");

    /// <summary>shift(SS→(x)) + flip(shift(SS→(flip x))) + D x of what a convolution makes of every word and its neighbours.</summary>
    private double[][] Hydra(double[][] X, bool[] text, string name)
    {
        int L = X.Length;
        (int m, int N) = (_config.NumSsmHeads, _config.StateSize);
        double[][] AtText(double[][] u) => [.. u.Select((row, l) => text[l] ? row : new double[row.Length])];
        double[][] u = AtText(Dense(X, name + ".in_proj"));
        double[] taps = _weights[name + ".conv1d.weight"].Values;
        double[] bias = _weights[name + ".conv1d.bias"].Values;
        u = [.. u.Select((row, l) => row.Select((_, c) =>
        {
            double sum = bias[c] + Enumerable.Range(0, 7).Where(k => l + k - 3 >= 0 && l + k - 3 < L).Sum(k => taps[(c * 7) + k] * u[l + k - 3][c]);
            return sum / (1 + Math.Exp(-sum));
        }).ToArray())];
        int e = bias.Length - (4 * N);
        double[][] x = AtText([.. u.Select(row => row[..e])]);
        double[][] steps = AtText([.. Dense(X, name + ".dt_proj").Select(row => row.Select(z => Math.Log(1 + Math.Exp(z))).ToArray())]); // 0 at padding: nothing is written, nothing forgotten
        double[][] D = Dense(x, name + ".fc_D");
        double[][] y = [.. x.Select((row, l) => row.Select((v, c) => D[l][c / (e / m)] * v).ToArray())];
        for (int direction = 0; direction < 2; direction++)
        {
            for (int channel = 0; channel < e; channel++)
            {
                int head = channel / (e / m);
                double rate = Math.Exp(_weights[name + ".A_log"].Values[head]);
                double[] h = new double[N];
                for (int k = 0; k < L; k++)
                {
                    (int l, int next) = direction == 0 ? (k, k + 1) : (L - 1 - k, L - 2 - k);
                    double step = steps[l][(direction * m) + head];
                    int B = e + (2 * direction * N);
                    h = [.. h.Select((value, n) => (Math.Exp(-step * rate) * value) + (step * u[l][B + n] * x[l][channel]))];
                    if (next >= 0 && next < L)
                    {
                        y[next][channel] += h.Select((value, n) => u[l][B + N + n] * value).Sum();
                    }
                }
            }
        }

        return Dense(LayerNorm(y, name + ".LayerNorm"), name + ".out_proj");
    }

    private double[] Row(string name, int row)
    {
        (double[] values, int columns) = _weights[name];
        return values[(row * columns)..((row + 1) * columns)];
    }

    private double[][] Dense(double[][] x, string name)
    {
        double[] bias = _weights[name + ".bias"].Values;
        return SlowLayers.Dense(x, [.. Enumerable.Range(0, bias.Length).Select(o => Row(name + ".weight", o))], bias);
    }

    private double[][] LayerNorm(double[][] x, string name) =>
        SlowLayers.LayerNorm(x, _weights[name + ".weight"].Values, _weights[name + ".bias"].Values, _config.LayerNormEps);

    private double[][] Gelu(double[][] x) => _config.LayerAct == LayerActivation.Gelu ? SlowLayers.Gelu(x) : [.. x.Select(row => row.Select(GeluTanh).ToArray())];

    private static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double[][] Product(double[][] a, double[][] b) => [.. a.Zip(b, (p, q) => p.Zip(q, (x, y) => x * y).ToArray())];
}
