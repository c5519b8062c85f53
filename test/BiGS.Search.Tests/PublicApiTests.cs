using BiGS.Search;
using BiGS.Support;

namespace BiGS.Search.Tests;

/// <summary>What users of the package see, as it was approved.</summary>
public class PublicApiTests
{
    [Fact]
    public void ThePublicApiIsTheApprovedOne() => ApprovedApi.Verify(typeof(SearchModel).Assembly);
}
