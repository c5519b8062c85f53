using BiGS.Weights;

namespace BiGS.Tests.Weights;

public class HubOptionsTests
{
    [Fact]
    public void TheEnvironmentIsReadAsPythonReadsIt()
    {
        HubOptions plain = Read(("HOME", "/home/me"));
        Assert.Equal(("https://huggingface.co/", "/home/me/.cache/huggingface/hub"), (plain.Endpoint.AbsoluteUri, plain.CacheFolder));
        Assert.Null(plain.Token);
        Assert.False(plain.Offline);
        Assert.Equal("/caches/huggingface/hub", Read(("HOME", "/home/me"), ("XDG_CACHE_HOME", "/caches")).CacheFolder);
        Assert.Equal("/home/me/hf/hub", Read(("HOME", "/home/me"), ("HF_HOME", "~/hf")).CacheFolder);
        Assert.Equal("/elsewhere", Read(("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/elsewhere")).CacheFolder);
        Assert.Equal("http://127.0.0.1:8080/hf", Read(("HF_ENDPOINT", "http://127.0.0.1:8080/hf")).Endpoint.AbsoluteUri);
        Assert.True(Read(("HF_HUB_OFFLINE", "1")).Offline);
        Assert.True(Read(("HF_HUB_OFFLINE", "true")).Offline);
        Assert.False(Read(("HF_HUB_OFFLINE", "0")).Offline);
    }

    [Fact]
    public void TheTokenIsAVariableOrAFile()
    {
        string home = Directory.CreateTempSubdirectory("bigs-hf-").FullName;
        File.WriteAllText(Path.Combine(home, "token"), "hf_file\n");
        Assert.Equal("hf_file", Read(("HF_HOME", home)).Token);
        Assert.Equal("hf_variable", Read(("HF_HOME", home), ("HF_TOKEN", " hf_variable ")).Token);
        Directory.Delete(home, recursive: true);
    }

    [Theory]
    [InlineData("huggingface.co")]
    [InlineData("ftp://huggingface.co")]
    public void AnEndpointIsAWebAddress(string endpoint) =>
        Assert.Contains(endpoint, Assert.Throws<ArgumentException>(() => Read(("HF_ENDPOINT", endpoint))).Message);

    [Theory]
    [InlineData("JunxiongWang/BiGS_128", "JunxiongWang/BiGS_128", "main")]
    [InlineData("a/b@v1.0", "a/b", "v1.0")]
    [InlineData("a/b@refs/pr/1", "a/b", "refs/pr/1")]
    public void ANameHasAnOwnerAndPerhapsARevision(string text, string repository, string revision)
    {
        HubName name = HubName.Parse(text);
        Assert.Equal((repository, revision), (name.Repository, name.Revision));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("model")]
    [InlineData("/model")]
    [InlineData("./model")]
    [InlineData("../model")]
    [InlineData("a/b/c")]
    [InlineData("a/..")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../x")]
    [InlineData("a/b@/x")]
    [InlineData("a--b/c")]
    [InlineData("a/b\n")]
    [InlineData("a\\b/c")]
    [InlineData("")]
    public void AnythingElseIsNoName(string text) => Assert.Contains("owner/name", Assert.Throws<ArgumentException>(() => HubName.Parse(text)).Message);

    private static HubOptions Read(params (string Name, string Value)[] variables) =>
        HubOptions.FromEnvironment(name => Array.Find(variables, variable => variable.Name == name).Value);
}
