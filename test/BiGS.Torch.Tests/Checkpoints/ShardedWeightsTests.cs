using System.Text.Json.Nodes;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

public sealed class ShardedWeightsTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Index => Path.Combine(_temporary.Path, "model.safetensors.index.json");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("model.safetensors.index.json", ".safetensors")]
    [InlineData("pytorch_model.bin.index.json", ".bin")]
    public void AModelInTwoShardsOpens(string index, string ending)
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config());
        CheckpointFolder.Save(_temporary.Path, model);
        File.Delete(Path.Combine(_temporary.Path, "model.safetensors"));
        (string Name, Tensor Tensor)[] all = [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter))];
        var map = new JsonObject();
        for (int i = 0; i < 2; i++)
        {
            string shard = $"model-{i + 1}-of-2{ending}";
            (string Name, Tensor Tensor)[] half = [.. all.Where((_, n) => n % 2 == i)];
            if (ending == ".bin")
            {
                PyTorchWriter.Write(Path.Combine(_temporary.Path, shard), half.ToNamedArrays());
            }
            else
            {
                SafetensorsWriter.Write(Path.Combine(_temporary.Path, shard), half);
            }

            foreach ((string name, _) in half)
            {
                map[name] = shard;
            }
        }

        File.WriteAllText(Path.Combine(_temporary.Path, index), new JsonObject { ["weight_map"] = map }.ToJsonString());
        OpenedCheckpoint opened = CheckpointFolder.Open(_temporary.Path);
        Assert.Empty(opened.Warnings);
        Assert.All(all, p => Assert.True(opened.Model.get_parameter(p.Name)!.equal(p.Tensor).all().item<bool>(), p.Name));
    }

    [Theory]
    [InlineData("[]", "weight_map")]
    [InlineData("{}", "weight_map")]
    [InlineData("""{"weight_map": 3}""", "weight_map")]
    [InlineData("""{"weight_map": {"w": 3}}""", "places \"w\" in 3")]
    [InlineData("""{"weight_map": {"w": "../one.safetensors"}}""", "../one.safetensors")]
    [InlineData("""{"weight_map": {"w": "/etc/passwd"}}""", "/etc/passwd")]
    [InlineData("""{"weight_map": {"w": ".."}}""", "\"..\"")]
    [InlineData("""{"weight_map": {"w": "model.safetensors.index.json"}}""", "not the name of a weights file")]
    [InlineData("""{"weight_map": {"v": "one.safetensors"}}""", "does not hold it")]
    [InlineData("""{"weight_map": {"w": "one.safetensors", "w": "one.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map": {""", "not an index")]
    public void ABrokenIndexIsRefused(string json, string what)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(_temporary.Path, "one.safetensors"), [("w", ones(2))]);
        File.WriteAllText(Index, json);
        string message = Assert.Throws<InvalidDataException>(() => WeightsLocation.OpenFile(Index)).Message;
        Assert.StartsWith(Index, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingShardIsNamed()
    {
        File.WriteAllText(Index, """{"weight_map": {"w": "gone.safetensors"}}""");
        Assert.Contains("gone.safetensors", Assert.Throws<FileNotFoundException>(() => WeightsLocation.OpenFile(Index)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyMutationOfTheIndexIsReadOrRefused()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(_temporary.Path, "one.safetensors"), [("w", ones(2)), ("v", ones(3))]);
        Mutants.AreReadOrRefused(Index, """{"metadata": {}, "weight_map": {"w": "one.safetensors", "v": "one.safetensors"}}"""u8.ToArray());
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("pytorch_model.bin")]
    public void AnyMutationOfTheOtherTwoIsReadOrRefused(string name)
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(_temporary.Path, name);
        (string, Tensor)[] tensors = [("w", ones(2, 2)), ("v", ones(3)), ("none", ones(0))];
        if (name.EndsWith(".bin", StringComparison.Ordinal))
        {
            PyTorchWriter.Write(path, tensors.ToNamedArrays());
        }
        else
        {
            SafetensorsWriter.Write(path, tensors);
        }

        Mutants.AreReadOrRefused(path, File.ReadAllBytes(path));
    }
}
