using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Golden;

/// <summary>Outputs, every hidden state, loss and gradients of the authors' code, for all heads.</summary>
[Trait("Category", "Golden")]
public class ModelGoldenTests
{
    /// <summary>
    /// Below this rms a gradient is zero by symmetry (a shift that a softmax does not see), and its distance from zero measures only
    /// the rounding of the sums that cancel: such gradients are held to the limit in double.
    /// </summary>
    private const double Cancelled = 1e-10;

    public static TheoryData<string, Precision> Runs => new MatrixTheoryData<string, Precision>(
        [
            "masked_lm", "masked_lm_long", "bert_masked_lm", "sequence_classification", "sequence_regression", "multiple_choice",
            "token_classification", "question_answering",
        ],
        [Precision.Fp32, Precision.Fp64]);

    /// <summary>The same weights in the three formats give the authors' answers, each with its own GELU, and go on doing so in any other format.</summary>
    [Theory]
    [InlineData("model.safetensors", "expected.safetensors")]
    [InlineData("pytorch_model.bin", "expected.safetensors")]
    [InlineData("flax_model.msgpack", "expected_flax.safetensors")]
    public void EveryFormatOpensAndConverts(string weights, string answers)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        string first = Directory.CreateDirectory(Path.Combine(folder.Path, "first")).FullName;
        foreach (string name in (string[])["config.json", weights])
        {
            File.Copy(GoldenFiles.Path("masked_lm", name), Path.Combine(first, name));
        }

        using var expected = new SafetensorsFile(GoldenFiles.Path("masked_lm", answers));
        List<string> forms = [first];
        foreach (WeightsFormat format in Enum.GetValues<WeightsFormat>().Where(format => format != WeightsFormat.SafetensorsBf16))
        {
            forms.Add(Path.Combine(folder.Path, format.ToString()));
            CheckpointConversion.Convert(first, forms[^1], format);
        }

        foreach (string form in forms)
        {
            OpenedCheckpoint opened = CheckpointFolder.Open(form, new TorchOptions { Device = TestDevice.Device });
            Assert.Empty(opened.Warnings);
            ModelOutput output = Run(opened.Model, expected, []);
            Distance.Within(Distance.Outputs, output.Results["logits"], expected.Read("logits"), $"logits of {form}");
            Distance.Within(Distance.Outputs, output.Loss!, expected.Read("loss"), $"loss of {form}");
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void ComputesWhatTheAuthorsCompute(string folder, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsFile(GoldenFiles.Path(folder, "expected.safetensors"));
        HeadedModel model = CheckpointFolder.Open(GoldenFiles.Path(folder), new TorchOptions { Device = TestDevice.Device }).Model;
        model.ComputeIn(precision);
        var hiddenStates = new List<Tensor>();
        ModelOutput output = Run(model, expected, hiddenStates);

        // BERT's pads are computed differently by the reference; only text counts there.
        Tensor? valid = folder == "bert_masked_lm" ? expected.Read("attention_mask").to_type(ScalarType.Bool) : null;
        Tensor Counted(Tensor x) => valid is null ? x : x.cpu()[valid];

        foreach ((string name, Tensor result) in output.Results)
        {
            Distance.Within(Distance.Outputs, Counted(result), Counted(expected.Read(name)), name);
        }

        for (int n = 0; expected.Contains($"hidden_states.{n}"); n++)
        {
            Distance.Within(Distance.Outputs, Counted(hiddenStates[n]), Counted(expected.Read($"hidden_states.{n}")), $"hidden_states.{n}");
        }

        if (output.Loss is { } loss)
        {
            Distance.Within(Distance.Outputs, loss, expected.Read("loss"), "loss");
            loss.backward();
            foreach ((string name, var parameter) in model.named_parameters())
            {
                if (expected.Contains("grad." + name))
                {
                    Tensor gradient = expected.Read("grad." + name);
                    if (precision == Precision.Fp64 || Distance.Rms(gradient) > Cancelled)
                    {
                        Distance.Within(Distance.Gradients, parameter.grad!, gradient, "grad." + name);
                    }
                }
            }

            Assert.All(expected.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)),
                name => Assert.Contains(name["grad.".Length..], model.named_parameters().Select(p => p.name)));
        }
    }

    [Fact]
    public void TheJaxFormUsesTheTanhApproximationInItsLayers()
    {
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsFile(GoldenFiles.Path("masked_lm", "expected_flax.safetensors"));
        HeadedModel model = CheckpointFolder.Open(
            GoldenFiles.Path("masked_lm"), new TorchOptions { Device = TestDevice.Device, Configure = config => config with { LayerAct = LayerActivation.GeluTanh } }).Model;
        ModelOutput output = Run(model, expected, []);
        Distance.Within(Distance.Outputs, output.Results["logits"], expected.Read("logits"), "logits");
        Distance.Within(Distance.Outputs, output.LastHiddenState, expected.Read("last_hidden_state"), "last_hidden_state");
        Distance.Within(Distance.Outputs, output.Loss!, expected.Read("loss"), "loss");
    }

    private static ModelOutput Run(HeadedModel model, SafetensorsFile file, ICollection<Tensor> hiddenStates)
    {
        Device device = model.Bigs.Embeddings.WordTable.device;
        Tensor? Optional(string name) => file.Contains(name) ? file.Read(name).to(device) : null;
        return model.Forward(
            new ModelInput(file.Read("input_ids").to(device), Optional("attention_mask"), Optional("token_type_ids")),
            new ModelLabels(Optional("labels"), Optional("start_positions"), Optional("end_positions")),
            hiddenStates);
    }
}
