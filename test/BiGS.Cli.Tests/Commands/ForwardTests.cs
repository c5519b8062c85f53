using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Commands;

public class ForwardTests
{
    private static readonly string[] InputNames = ["input_ids", "attention_mask", "token_type_ids", "labels", "start_positions", "end_positions"];

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData("masked_lm")]
    [InlineData("masked_lm_long")]
    [InlineData("bert_masked_lm")]
    [InlineData("sequence_classification")]
    [InlineData("sequence_regression")]
    [InlineData("multiple_choice")]
    [InlineData("token_classification")]
    [InlineData("question_answering")]
    public void WritesWhatTheAuthorsCompute(string name)
    {
        using var scope = NewDisposeScope();
        string golden = GoldenFiles.Path(name);
        using var expected = new SafetensorsFile(Path.Combine(golden, "expected.safetensors"));
        using var temporary = new Support.TemporaryFolder();
        string input = Path.Combine(temporary.Path, "in.safetensors");
        string output = Path.Combine(temporary.Path, "deep", "out.safetensors");
        SafetensorsWriter.Write(input, [.. InputNames.Where(expected.Contains).Select(tensor => (tensor, expected.Read(tensor)))]);
        Assert.Equal("", Bigs.Run("forward", "--model", golden, "--input", input, "--output", output).Succeeded().Output);

        using var written = new SafetensorsFile(output);
        Tensor? valid = name == "bert_masked_lm" ? expected.Read("attention_mask").to_type(ScalarType.Bool) : null;
        string[] results = [.. expected.Names.Except(InputNames).Where(tensor => !tensor.StartsWith("note.", StringComparison.Ordinal))];
        Assert.NotEmpty(results);
        Assert.All(results, result =>
        {
            Tensor actual = written.Read(result);
            Tensor wanted = expected.Read(result);
            Assert.Equal(ScalarType.Float32, actual.dtype);
            Assert.Equal(wanted.shape, actual.shape);
            double limit = result.StartsWith("grad.", StringComparison.Ordinal) ? Distance.Gradients : Distance.Outputs;
            Distance.Within(limit, valid is null ? actual : actual[valid], valid is null ? wanted : wanted[valid], result);
        });
        Assert.Contains("last_hidden_state", written.Names);
    }

    [Fact]
    public void LabelsBringGradientsUnlessTheyAreDeclined()
    {
        using var model = new SmallModel();
        string input = Write(model, ("input_ids", Ids(2, 3, 4)), ("labels", Ids(-100, 5, -100)));
        string output = model.File("out.safetensors");
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", output).Succeeded();
        Assert.Contains("grad.bigs.encoder.layer.0.dv.weight", Names(output));
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", output).FailedWith(1, "out.safetensors", "--overwrite");
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", output, "--overwrite", "--no-gradients").Succeeded();
        Assert.Contains("loss", Names(output));
        Assert.DoesNotContain(Names(output), name => name.StartsWith("grad.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("recurrent", "fp32")]
    [InlineData("fft", "fp32")]
    [InlineData("toeplitz", "fp64")]
    public void RoutesAndPrecisionsAgree(string route, string precision)
    {
        using var model = new SmallModel();
        string input = Write(model, ("input_ids", Ids(2, 9, 4, 11, 3).to_type(ScalarType.Int32)));
        (string plain, string other) = (model.File("plain.safetensors"), model.File("other.safetensors"));
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", plain).Succeeded();
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", other, "--route", route, "--precision", precision).Succeeded();
        using var scope = NewDisposeScope();
        using var a = new SafetensorsFile(plain);
        using var b = new SafetensorsFile(other);
        Assert.Equal(a.Names, b.Names);
        Assert.All(a.Names, name => Distance.Within(Distance.Outputs, b.Read(name), a.Read(name), name));
    }

    public static TheoryData<string, string, string[]> Misfits => new()
    {
        { "BiGSForMaskedLM", "input_ids=[2,3,999]", ["input_ids holds 999", "expected 0 to", "vocab_size"] },
        { "BiGSForMaskedLM", "input_ids=[2,-1]", ["input_ids holds -1"] },
        { "BiGSForMaskedLM", "input_ids=[2,3] token_type_ids=[0,2]", ["token_type_ids holds 2", "0 to 1"] },
        { "BiGSForMaskedLM", "input_ids=[2,3] attention_mask=[1,7]", ["attention_mask holds 7"] },
        { "BiGSForMaskedLM", "input_ids=[2,3] attention_mask=[1]", ["attention_mask has the shape (1, 1)", "expected (1, 2)"] },
        { "BiGSForMaskedLM", "input_ids=[2,3] labels=[-100,-100]", ["no loss"] },
        { "BiGSForMaskedLM", "input_ids=[2,3] labels=[-7,4]", ["negative value besides -100"] },
        { "BiGSForMaskedLM", "labels=[2,3]", ["no tensor \"input_ids\""] },
        { "BiGSForMaskedLM", "input_ids=" + "[2" + ",2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2]", ["25 tokens", "24 positions"] },
        { "BiGSForMultipleChoice", "input_ids=[2,3]", ["shape (1, 2)", "(rows, choices, length)"] },
        { "BiGSForQuestionAnswering", "input_ids=[2,3] start_positions=[1]", ["belong together"] },
        { "BiGSForTokenClassification", "input_ids=[2,3] labels=[0,3]", ["labels holds 3", "num_labels"] },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void WhatDoesNotFitIsNamed(string head, string tensors, string[] parts)
    {
        using var scope = NewDisposeScope();
        using var model = new SmallModel(head: head);
        string input = Write(model, [.. tensors.Split(' ').Select(tensor => tensor.Split('='))
            .Select(pair => (pair[0], Ids([.. pair[1].Trim('[', ']').Split(',').Select(long.Parse)])))]);
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", model.File("out.safetensors")).FailedWith(1, parts);
        Assert.False(File.Exists(model.File("out.safetensors")));
    }

    [Fact]
    public void IdsThatAreNoIntegersAreRefused()
    {
        using var model = new SmallModel();
        string input = Write(model, ("input_ids", ones(1, 3)));
        Bigs.Run("forward", "--model", model.Folder, "--input", input, "--output", model.File("out")).FailedWith(1, "input_ids is Float32", "expected integers");
        Bigs.Run("forward", "--model", model.Folder, "--input", model.File("none"), "--output", model.File("out")).FailedWith(1, "there is no such file");
        Bigs.Run("forward", "--model", model.Folder, "--input", model.Folder, "--output", model.File("out")).FailedWith(1, "this is a folder; expected a file");
        Bigs.Run("forward", "--model", model.Folder, "--input", model.File("config.json"), "--output", model.File("out")).FailedWith(1, "not a whole safetensors file");
    }

    private static Tensor Ids(params long[] ids) => tensor(ids, [1, ids.Length]);

    private static string Write(SmallModel model, params (string Name, Tensor Tensor)[] tensors)
    {
        string path = model.File("in.safetensors");
        SafetensorsWriter.Write(path, tensors);
        return path;
    }

    private static IReadOnlyCollection<string> Names(string path)
    {
        using var file = new SafetensorsFile(path);
        return file.Names;
    }
}
