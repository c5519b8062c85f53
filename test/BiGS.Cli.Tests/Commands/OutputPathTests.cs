using BiGS.Cli.Options;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Where a verb writes is checked before it computes; the tests run as root too, so that permissions are not what refuses.</summary>
public sealed class OutputPathTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public OutputPathTests()
    {
        _temporary.File("file.txt", "x");
        _temporary.File("full/file.txt", "x");
        Directory.CreateSymbolicLink(In("nowhere"), In("no-such-folder"));
        File.CreateSymbolicLink(In("alias.txt"), In("file.txt"));
    }

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("file.txt", "there is a file already")]
    [InlineData("full", "this is a folder")]
    [InlineData("new/", "this is a folder")]
    [InlineData("file.txt/new.txt", "file.txt is a file")]
    [InlineData("file.txt/a/b/new.txt", "file.txt is a file")]
    [InlineData("nowhere/new.txt", "which is not there")]
    [InlineData("/proc/new.txt", "nothing can be written to /proc")]
    [InlineData("/proc/new/new.txt", "nothing can be written to /proc")]
    [InlineData("/dev/full", "a device or a pipe")]
    [InlineData("/dev/null", "a device or a pipe")]
    [InlineData("", "--out is empty")]
    [InlineData(" ", "--out is empty")]
    public void AFileThatCannotBeWrittenIsRefused(string path, string expected) => Refused(() => OutputPath.File(At(path), "--out", overwrite: false), expected);

    [Theory]
    [InlineData("full", "the folder is not empty")]
    [InlineData("file.txt", "there is a file of this name")]
    [InlineData("file.txt/new", "file.txt is a file")]
    [InlineData("/proc/new", "nothing can be written to /proc")]
    [InlineData("/proc", "the folder is not empty")]
    [InlineData("", "--out is empty")]
    public void AFolderThatCannotBeWrittenIsRefused(string path, string expected) => Refused(() => OutputPath.Folder(At(path), "--out", "choose another --out"), expected);

    [Fact]
    public void NamesThatAreTooLongAreRefused()
    {
        Refused(() => OutputPath.File(In(new string('n', 250)), "--out", overwrite: false), "a name of 250 bytes is too long");
        Refused(() => OutputPath.File(In(new string('ä', 130)), "--out", overwrite: false), "a name of 260 bytes is too long");
        Refused(() => OutputPath.Folder(In(string.Concat(Enumerable.Repeat("folder/", 600))), "--out", null), "too long");
    }

    [Fact]
    public void WhatIsReadIsNotReplacedUnderAnyName()
    {
        Refused(() => OutputPath.File(In("alias.txt"), "--out", overwrite: true, In("file.txt")), "also what the command reads");
        Refused(() => OutputPath.RefuseInputs(In("full/../full/"), "--out", In("full")), "also what the command reads");
        Assert.Equal(In("alias.txt"), OutputPath.File(In("alias.txt"), "--out", overwrite: true, In("other.txt")));
    }

    [Fact]
    public void AReadOnlyFileIsNotReplaced()
    {
        File.SetAttributes(In("file.txt"), FileAttributes.ReadOnly);
        Refused(() => OutputPath.File(In("file.txt"), "--out", overwrite: true), "read-only");
    }

    [Fact]
    public void ADiskWithoutRoomIsRefused()
    {
        Refused(() => OutputPath.RequireSpace(In("new/new"), "--out", 2_000_000, _ => 1_500_000), "about 2.0 MB are needed, but the disk has 1.5 MB left");
        string? asked = null;
        OutputPath.RequireSpace(In("new/new"), "--out", 2_000_000, folder => (asked = folder) is null ? 0 : 2_000_000);
        Assert.Equal(_temporary.Path, asked);
        Refused(() => OutputPath.RequireSpace(In("new"), "--out", long.MaxValue), "are needed");
    }

    /// <summary>What can be written is let through, and nothing is left behind or taken away by looking.</summary>
    [Fact]
    public void CheckingChangesNothing()
    {
        string[] before = Directory.GetFileSystemEntries(_temporary.Path, "*", SearchOption.AllDirectories);
        OutputPath.File(In("new.txt"), "--out", overwrite: false);
        OutputPath.File(In("a/b/new.txt"), "--out", overwrite: false);
        OutputPath.File(In("file.txt"), "--out", overwrite: true);
        OutputPath.Folder(In("new"), "--out", "choose another --out");
        OutputPath.Folder(In("full"), "--out", OutputPath.UnlessOverwritten("--out", overwrite: true));
        Assert.Equal(before, Directory.GetFileSystemEntries(_temporary.Path, "*", SearchOption.AllDirectories));
    }

    private string In(string name) => Path.Combine(_temporary.Path, name);

    private string At(string path) => path.Trim().Length > 0 ? In(path) : path;

    private static void Refused(Action check, string expected)
    {
        Exception refused = Assert.ThrowsAny<Exception>(check);
        Assert.True(refused is IOException or ArgumentException or UnauthorizedAccessException, refused.ToString());
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
