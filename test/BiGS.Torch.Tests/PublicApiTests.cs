using BiGS.Support;
using BiGS.Torch.Models;

namespace BiGS.Torch.Tests;

/// <summary>What users of the package see, as it was approved.</summary>
public class PublicApiTests
{
    [Fact]
    public void ThePublicApiIsTheApprovedOne() => ApprovedApi.Verify(typeof(HeadedModel).Assembly);
}
