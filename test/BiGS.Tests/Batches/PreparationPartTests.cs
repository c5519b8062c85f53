using BiGS.Batches;

namespace BiGS.Tests.Batches;

/// <summary>Who reads which files: by name, by launcher, and the same division for everyone.</summary>
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

    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1", 2, 3)]
    [InlineData("PMI_RANK=0 PMI_SIZE=2", 1, 2)]
    [InlineData("SLURM_PROCID=7 SLURM_STEP_NUM_TASKS=8", 8, 8)]
    [InlineData("RANK=2 WORLD_SIZE=4", 3, 4)]
    [InlineData("SLURM_PROCID=0", 1, 1)] // a batch script that starts no step
    [InlineData("HOME=1", 1, 1)]
    public void ALauncherTellsThePart(string environment, int number, int of) => Assert.Equal(new PreparationPart(number, of), PreparationPart.OfLauncher(Variable(environment)));

    [Theory]
    [InlineData("RANK=4 WORLD_SIZE=4")]
    [InlineData("PMI_RANK=x PMI_SIZE=2")]
    public void ALauncherThatMakesNoSenseIsRefused(string environment) => Assert.Throws<ArgumentException>(() => PreparationPart.OfLauncher(Variable(environment)));

    private static Func<string, string?> Variable(string environment)
    {
        var variables = environment.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return name => variables.GetValueOrDefault(name);
    }
}
