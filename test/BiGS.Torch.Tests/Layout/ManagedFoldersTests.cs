using System.Text.RegularExpressions;
using BiGS.Support;

namespace BiGS.Torch.Tests.Layout;

/// <summary>What using a model needs is managed code: no TorchSharp, and nothing of this project's that is made of it.</summary>
public partial class ManagedFoldersTests
{
    private static readonly string Library = Path.Combine(Shared.Repository, "src", "BiGS");

    /// <summary>The files that carry weights and checkpoints from TorchSharp over to the managed side.</summary>
    private static readonly string[] Bridges = ["Onnx/OnnxCheck.cs", "Onnx/OnnxExport.cs", "Onnx/TorchModelWeights.cs"];

    public static TheoryData<string> Folders => ["StateSpace", "Onnx", "Tokenizers", "Questions", "Batches"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Managed_folders_do_not_know_TorchSharp(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Library, folder), "*.cs", SearchOption.AllDirectories)];
        Assert.NotEmpty(files);
        Assert.All(files.Where(file => !Bridges.Contains(Path.GetRelativePath(Library, file))), file =>
            Assert.False(Torch().IsMatch(File.ReadAllText(file)), $"{file} names something of TorchSharp; move that part into a file of its own on TorchSharp's side."));
    }

    [Fact]
    public void What_is_excepted_names_TorchSharp() => Assert.All(Bridges, file =>
        Assert.True(Torch().IsMatch(File.ReadAllText(Path.Combine(Library, file))), $"{file} names nothing of TorchSharp any more; take it off the list."));

    [GeneratedRegex(@"\bTorchSharp\b|\bBiGS\.Ssm\b|\bHeadedModels?\b|\bScalarType\b")]
    private static partial Regex Torch();
}
