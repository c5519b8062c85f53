using BiGS.Support;
using BiGS.Training;

namespace BiGS.Training.Tests;

/// <summary>What users of the package see, as it was approved.</summary>
public class PublicApiTests
{
    [Fact]
    public void ThePublicApiIsTheApprovedOne() => ApprovedApi.Verify(typeof(PretrainingOptions).Assembly);
}
