using System.CommandLine;
using System.Reflection;
using BiGS.Cli.Mcp;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Search;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace BiGS.Cli.Commands;

/// <summary>A folder as tools for agents: the Model Context Protocol on standard input and output.</summary>
internal static class McpCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions("the one that made the index");
        Argument<string> folder = new("FOLDER") { Description = "a folder that bigs index has read" };
        Option<string> file = OptionFactory.Text("--index", "FILE", $"where its index is (default: {SearchIndex.FileName} in the folder)");
        Option<bool> keyword = OptionFactory.Flag("--keyword", "search by words alone, without a model");
        Option<string> prompt = OptionFactory.PromptName("question");
        var command = new BigsCommand(
            "mcp",
            "Two tools for agents over an indexed folder, read-only: search finds passages, and read shows lines of the files that they stand in. It speaks the Model Context Protocol "
            + "(JSON-RPC) on standard input and output, is started by the agent's program, and ends with its input.",
            "bigs mcp notes")
        { folder, file, keyword, prompt };
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            string documents = parse.GetRequiredValue(folder);
            string path = parse.GetValue(file) ?? documents;
            if (!Directory.Exists(documents))
            {
                throw new DirectoryNotFoundException($"{documents}: there is no such folder; name one that bigs index has read");
            }

            if (!model.UsesTorch(parse))
            {
                NativeSettings.ReturnMemory();
            }

            using SearchModel? opened = parse.GetValue(keyword) ? null : model.OpenSearchModel(path, parse, terminal, parse.GetValue(prompt));
            using var index = SearchIndex.Open(path, opened);
            terminal.Note($"serving {documents} to agents: {index.Passages:N0} passages of {index.Documents:N0} files");
            RunAsync(new IndexTools(index, new IndexedFiles(documents, index), hasModel: opened is not null), terminal.Interrupted).GetAwaiter().GetResult();
        });
        return command;
    }

    /// <summary>Until the input ends, or the terminal is interrupted.</summary>
    private static async Task RunAsync(IndexTools tools, CancellationToken cancellationToken)
    {
        var options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "bigs", Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3) },
            ServerInstructions = "Search first; then read around the passages that help. Name files as search does.",
            ToolCollection = tools.All(),
        };
        options.Filters.Request.CallToolFilters.Add(IndexTools.TellErrors);
        await using var transport = new StdioServerTransport(options);
        await using McpServer server = McpServer.Create(transport, options);
        await server.RunAsync(cancellationToken);
    }
}
