using static BiGS.Torch.Tests.Models.SlowLayers;

namespace BiGS.Torch.Tests.Models;

/// <summary>
/// Hugging Face's BERT, DistilBERT and ELECTRA as their definitions say, under their names of the weights, in double precision: random weights of a small
/// model, and what it answers to one row.
/// </summary>
internal sealed class SlowFamily
{
    public const int Words = 40;
    public const int Positions = 16;
    public const int Layers = 2;
    public const int Heads = 3;
    public const int Width = 12;
    public const int Inner = 20;
    public const int Labels = 3;

    private readonly string _family;
    private readonly string _head;
    private readonly int _embedded;
    private readonly Random _random = new(7);
    private readonly Dictionary<string, double[][]> _weights = [];

    /// <param name="family">bert, distilbert or electra.</param>
    /// <param name="head">What follows the family in the name of the class.</param>
    /// <param name="embedded">The width of ELECTRA's embeddings.</param>
    public SlowFamily(string family, string head, int embedded = Width)
    {
        (_family, _head, _embedded) = (family, head, embedded);
        foreach ((string table, int rows) in ((string, int)[])[("word", Words), ("position", Positions), .. HasTypes ? [("token_type", 2)] : ((string, int)[])[]])
        {
            _weights[$"{Prefix}embeddings.{table}_embeddings.weight"] = Matrix(rows, embedded);
        }

        AddNorm($"{Prefix}embeddings.LayerNorm", embedded);
        if (embedded != Width)
        {
            AddDense($"{Prefix}embeddings_project", embedded, Width);
        }

        for (int n = 0; n < Layers; n++)
        {
            foreach (string part in (string[])[Names.Query, Names.Key, Names.Value, Names.Mixed])
            {
                AddDense(Layer(n) + part, Width, Width);
            }

            AddDense(Layer(n) + Names.Up, Width, Inner);
            AddDense(Layer(n) + Names.Down, Inner, Width);
            AddNorm(Layer(n) + Names.FirstNorm, Width);
            AddNorm(Layer(n) + Names.SecondNorm, Width);
        }

        AddHead();
    }

    /// <summary>The weights by their names: rows of a matrix; of a vector, one row.</summary>
    public IReadOnlyDictionary<string, double[][]> Weights => _weights;

    private bool HasTypes => _family != "distilbert";

    /// <summary>An encoder by itself is saved without its family's name.</summary>
    private string Prefix => _head == "Model" ? "" : _family + ".";

    private LayerNames Names => _family == "distilbert"
        ? new("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm")
        : new(
            "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense",
            "output.LayerNorm");

    /// <summary>The last hidden states of a row.</summary>
    public double[][] Encode(int[] ids, int[] types, bool[] text)
    {
        double[][] Table(string name) => _weights[$"{Prefix}embeddings.{name}_embeddings.weight"];
        double[][] x = [.. ids.Select((id, l) => Sum(Table("word")[id], Table("position")[l]))];
        x = Norm(HasTypes ? Sum(x, [.. types.Select(type => Table("token_type")[type])]) : x, $"{Prefix}embeddings.LayerNorm");
        x = _embedded == Width ? x : Affine(x, $"{Prefix}embeddings_project");
        for (int n = 0; n < Layers; n++)
        {
            double[][] Of(double[][] input, string part) => Affine(input, Layer(n) + part);
            double[][] mixed = Attention(Of(x, Names.Query), Of(x, Names.Key), Of(x, Names.Value), text, Heads);
            x = Norm(Sum(x, Of(mixed, Names.Mixed)), Layer(n) + Names.FirstNorm);
            x = Norm(Sum(x, Of(Gelu(Of(x, Names.Up)), Names.Down)), Layer(n) + Names.SecondNorm);
        }

        return x;
    }

    /// <summary>What the head says of the last hidden states: a row for each position, or one.</summary>
    public double[][] Answer(double[][] last) => (_family, _head) switch
    {
        (_, "ForTokenClassification") => Affine(last, "classifier"),
        (_, "ForQuestionAnswering") => Affine(last, "qa_outputs"),
        ("bert", "ForSequenceClassification" or "ForMultipleChoice") => Affine(Map(Math.Tanh, Affine(last[..1], "bert.pooler.dense")), "classifier"),
        ("distilbert", "ForSequenceClassification" or "ForMultipleChoice") => Affine(Map(x => Math.Max(x, 0), Affine(last[..1], "pre_classifier")), "classifier"),
        ("electra", "ForSequenceClassification") => Affine(Gelu(Affine(last[..1], "classifier.dense")), "classifier.out_proj"),
        ("electra", "ForMultipleChoice") => Affine(Gelu(Affine(last[..1], "sequence_summary.summary")), "classifier"),
        ("distilbert", "ForMaskedLM") => WordScores(Norm(Gelu(Affine(last, "vocab_transform")), "vocab_layer_norm"), "vocab_projector.bias"),
        ("electra", "ForMaskedLM") => WordScores(Norm(Gelu(Affine(last, "generator_predictions.dense")), "generator_predictions.LayerNorm"), "generator_lm_head.bias"),
        (_, "ForMaskedLM" or "ForPreTraining") => WordScores(Norm(Gelu(Affine(last, "cls.predictions.transform.dense")), "cls.predictions.transform.LayerNorm"), "cls.predictions.bias"),
        _ => throw new InvalidOperationException($"{_family} has no {_head} here."),
    };

    private void AddHead()
    {
        int labels = _head == "ForMultipleChoice" ? 1 : Labels;
        switch (_family, _head)
        {
            case (_, "ForTokenClassification"):
                AddDense("classifier", Width, Labels);
                break;
            case (_, "ForQuestionAnswering"):
                AddDense("qa_outputs", Width, 2);
                break;
            case ("electra", "ForSequenceClassification"):
                AddDense("classifier.dense", Width, Width);
                AddDense("classifier.out_proj", Width, Labels);
                break;
            case (_, "ForSequenceClassification" or "ForMultipleChoice"):
                AddDense(_family switch { "bert" => "bert.pooler.dense", "distilbert" => "pre_classifier", _ => "sequence_summary.summary" }, Width, Width);
                AddDense("classifier", Width, labels);
                break;
            case ("electra", "ForPreTraining"):
                AddDense("discriminator_predictions.dense", Width, Width);
                AddDense("discriminator_predictions.dense_prediction", Width, 1);
                break;
            case (_, "ForMaskedLM" or "ForPreTraining"):
                (string dense, string norm, string bias) = _family switch
                {
                    "bert" => ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias"),
                    "distilbert" => ("vocab_transform", "vocab_layer_norm", "vocab_projector.bias"),
                    _ => ("generator_predictions.dense", "generator_predictions.LayerNorm", "generator_lm_head.bias"),
                };
                AddDense(dense, Width, _embedded);
                AddNorm(norm, _embedded);
                _weights[bias] = Matrix(1, Words);
                break;
            case ("bert", "Model"):
                AddDense("pooler.dense", Width, Width);
                break;
        }
    }

    private string Layer(int n) => $"{Prefix}{(_family == "distilbert" ? "transformer" : "encoder")}.layer.{n}.";

    /// <summary>The table of words once more, and a bias for each.</summary>
    private double[][] WordScores(double[][] x, string bias) => Dense(x, _weights[$"{Prefix}embeddings.word_embeddings.weight"], _weights[bias][0]);

    private double[][] Affine(double[][] x, string name) => Dense(x, _weights[name + ".weight"], _weights[name + ".bias"][0]);

    private double[][] Norm(double[][] x, string name) => LayerNorm(x, _weights[name + ".weight"][0], _weights[name + ".bias"][0], 1e-12);

    private static double[][] Map(Func<double, double> function, double[][] x) => [.. x.Select(row => row.Select(function).ToArray())];

    private void AddDense(string name, int from, int to) => (_weights[name + ".weight"], _weights[name + ".bias"]) = (Matrix(to, from), Matrix(1, to));

    private void AddNorm(string name, int width) =>
        (_weights[name + ".weight"], _weights[name + ".bias"]) = (Map(x => 1 + x, Matrix(1, width)), Matrix(1, width));

    /// <summary>In single precision, as files have them.</summary>
    private double[][] Matrix(int rows, int columns) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => (double)(float)((_random.NextDouble() - 0.5) * 0.8)).ToArray())];

    private sealed record LayerNames(string Query, string Key, string Value, string Mixed, string FirstNorm, string Up, string Down, string SecondNorm);
}
