using BiGS.Cli.Tests.Commands;
using BiGS.Support;

namespace BiGS.Cli.Tests.Search;

/// <summary>What is given by mistake is called what it is.</summary>
public sealed class SearchUsageTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void AQuestionIsNotEmpty(string question) => Bigs.Run("search", _temporary.Path, "where", question).FailedWith(2, "question is empty");

    [Fact]
    public void AFileIsNoFolder()
    {
        string file = Path.Combine(_temporary.Path, "a.txt");
        File.WriteAllText(file, "the farmer sleeps .");
        Bigs.Run("index", file).FailedWith(1, "this is a file", "give a folder");
    }
}
