using BiGS.Torch.Models;
using Support;

namespace BiGS.Torch.Tests;

/// <summary>What users of the package see, as it was approved.</summary>
public class PublicApiTests
{
    [Fact]
    public void ThePublicApiIsTheApprovedOne() => ApprovedApi.Verify(typeof(HeadedModel).Assembly);
}
