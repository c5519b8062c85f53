namespace BiGS.Weights;

/// <summary>
/// What a pickle of torch says of tensors whose element type has no storage class of its own. Such tensors are known by name, and a model that
/// does not need them opens; their elements are not read.
/// </summary>
internal static class UnreadTorchTypes
{
    private static readonly string[] Storages = ["torch.storage UntypedStorage", "torch UntypedStorage"];

    private static readonly string[] Types =
    [
        "torch uint16", "torch uint32", "torch uint64", "torch float8_e4m3fn", "torch float8_e5m2", "torch float8_e4m3fnuz", "torch float8_e5m2fnuz",
        "torch float8_e8m0fnu", "torch float4_e2m1fn_x2", "torch complex32",
    ];

    /// <summary>Whether a global of a pickle, its module before a blank, is a storage of bytes.</summary>
    public static bool IsStorage(string global) => Storages.Contains(global);

    /// <summary>Whether it is one of these element types.</summary>
    public static bool IsType(string global) => Types.Contains(global);
}
