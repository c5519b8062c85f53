using BiGS.Training.Data;

namespace BiGS.Training.Tests.Data;

/// <summary>Who reads which files: by name, and the same division for everyone.</summary>
public class PreparationPartTests
{
    [Fact]
    public void EveryPartOwnsItsOwnFilesAndAllTogetherOwnAll()
    {
        long[] bytes = [100, 5, 70, 30, 30, 40, 0, 9];
        int[][] own = [.. Enumerable.Range(1, 3).Select(part => new PreparationPart(part, 3).Own(bytes).ToArray())];
        Assert.Equal(Enumerable.Range(0, bytes.Length), own.SelectMany(files => files).Order());
        Assert.InRange(own.Max(files => files.Sum(file => bytes[file])), 95, 105);
    }

    [Theory]
    [InlineData("2/4", 2, 4)]
    [InlineData("1/1", 1, 1)]
    public void APartIsReadFromItsName(string text, int number, int of) => Assert.Equal(new PreparationPart(number, of), PreparationPart.Parse(text));

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("2")]
    [InlineData("a/b")]
    [InlineData("-1/4")]
    public void APartThatIsNoneIsRefused(string text) => Assert.Contains("expected K/N", Assert.Throws<ArgumentException>(() => PreparationPart.Parse(text)).Message);
}
