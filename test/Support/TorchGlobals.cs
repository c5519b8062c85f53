namespace BiGS.Support;

/// <summary>Tests that lean on state which all of libtorch shares (the default device, the generator of dropout) run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class TorchGlobals
{
    public const string Name = "libtorch's global state";
}
