using System.CommandLine;
using System.Globalization;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;
using BiGS.Weights;

namespace BiGS.Cli.Commands;

internal static class EmbedCommand
{
    /// <summary>A table's column of vectors: an array of numbers, or numbers between spaces, each with the digits that give it back.</summary>
    private static readonly AddedColumn<float[]> Vector = new(
        "embedding",
        vector => string.Join(' ', vector.Select(number => number.ToString("r", CultureInfo.InvariantCulture))),
        (json, vector) =>
        {
            json.WriteStartArray();
            Array.ForEach(vector, json.WriteNumberValue);
            json.WriteEndArray();
        });

    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions(ShippedModel.EmbeddingName);
        var texts = new TextOptions("texts");
        Option<bool> raw = OptionFactory.Flag("--raw", "the vector as the model gives it, not scaled to length 1");
        Option<string> prompt = OptionFactory.PromptName("text");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each text");
        var tables = new TextTableOptions(takesPairs: false, json);
        var command = new BigsCommand("embed", "A vector for every text: the mean of its hidden states, or as its folder of sentence-transformers says. A line of numbers for each text.",
            "bigs embed --json \"The river flows into the sea.\" \"A stream runs to the coast.\"",
            "bigs embed --model runs/mine < texts.txt > vectors.txt",
            "bigs embed --file articles.csv --text-column title --out vectors.jsonl")
        { raw, prompt, json };
        texts.AddTo(command);
        tables.AddTo(command, texts.Argument);
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            TextTable? table = tables.Open(parse, terminal);
            ModelPlace place = model.Place(parse, terminal);
            using Embedder embedder = Embedder.Open(place.Folder, model.OpenOptions(parse, place));
            terminal.Warn(embedder.Warnings);
            if (table is not null)
            {
                table.Answer(
                    [Vector],
                    rows => embedder.Embed([.. rows.Select(row => row.First)], !parse.GetValue(raw), texts.TooLong(parse), terminal.Interrupted, parse.GetValue(prompt)),
                    texts.Limit(parse, text => embedder.CountTokens(embedder.AddPrompt(text.First, parse.GetValue(prompt))), embedder.MaxTokens),
                    terminal);
                terminal.Warn(embedder.TextWarnings);
                return;
            }

            string[] all = texts.Texts(parse, terminal);
            IReadOnlyList<float[]> vectors = embedder.Embed(
                all, !parse.GetValue(raw), texts.TooLong(parse), terminal.Interrupted, parse.GetValue(prompt));
            terminal.Warn(embedder.TextWarnings);
            for (int i = 0; i < all.Length; i++)
            {
                if (parse.GetValue(json))
                {
                    (string text, float[] vector) = (all[i], vectors[i]);
                    terminal.Json(writer =>
                    {
                        writer.WriteString("text", text);
                        writer.WriteStartArray("embedding");
                        Array.ForEach(vector, writer.WriteNumberValue);
                        writer.WriteEndArray();
                    });
                }
                else
                {
                    terminal.Line(string.Join(' ', vectors[i].Select(number => number.ToString("g6", CultureInfo.InvariantCulture))));
                }
            }
        });
        return command;
    }
}
