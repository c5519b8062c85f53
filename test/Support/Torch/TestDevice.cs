using static TorchSharp.torch;

namespace BiGS.Support;

/// <summary>
/// Where golden files are compared: <c>BIGS_TEST_DEVICE</c>, or the processor. The other tests stay on the processor: they are about what the code
/// does, not where it runs.
/// </summary>
internal static class TestDevice
{
    public static Device Device { get; } = new(Environment.GetEnvironmentVariable("BIGS_TEST_DEVICE") ?? "cpu");
}
