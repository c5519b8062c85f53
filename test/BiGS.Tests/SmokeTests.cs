using TorchSharp;

namespace BiGS.Tests;

public class SmokeTests
{
    [Fact]
    public void Adds() => Assert.Equal(3f, torch.ones(3).sum().item<float>());
}
