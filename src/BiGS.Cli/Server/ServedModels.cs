namespace BiGS.Cli.Server;

/// <summary>The models that are loaded; the first that can do what a request asks for does it, unless the request names one.</summary>
internal sealed class ServedModels(IReadOnlyList<ServedModel> all) : IDisposable
{
    public IReadOnlyList<ServedModel> All => all;

    public ServedModel First => all[0];

    public void Dispose()
    {
        foreach (ServedModel model in all)
        {
            model.Dispose();
        }
    }
}
