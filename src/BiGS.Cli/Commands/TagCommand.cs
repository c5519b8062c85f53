using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class TagCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions(AnsweringOptions.NeedsHead);
        var texts = new TextOptions("texts");
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each text, with every word's probability and place");
        var tables = new TextTableOptions(takesPairs: false, json);
        var command = new BigsCommand("tag", "A tag for every word, by a model that was fine-tuned for it: a word and its tag a line, a blank line between texts.",
            "bigs tag --model runs/ner \"Ada Lovelace was born in London.\"",
            "bigs tag --model runs/ner --json < texts.txt",
            "bigs tag --model runs/ner --file articles.jsonl --text-column text --out articles-tagged.jsonl")
        { json };
        texts.AddTo(command);
        tables.AddTo(command, texts.Argument);
        model.AddTo(command);
        command.SetHandler(parse =>
        {
            TextTable? table = tables.Open(parse, terminal);
            ModelPlace place = model.Place(parse, terminal);
            using Tagger tagger = Tagger.Open(place.Folder, model.OpenOptions(parse, place));
            terminal.Warn(tagger.Warnings);
            if (table is not null)
            {
                table.Answer(
                    [Words("words", word => word.Word), Words("tags", word => word.Tag)],
                    rows => tagger.Tag([.. rows.Select(row => row.First)], texts.TooLong(parse), terminal.Interrupted),
                    texts.Limit(parse, tagger.CountTokens, tagger.MaxTokens),
                    terminal);
                return;
            }

            string[] all = texts.Texts(parse, terminal);
            IReadOnlyList<IReadOnlyList<TaggedWord>> answers = tagger.Tag(all, texts.TooLong(parse), terminal.Interrupted);
            for (int i = 0; i < all.Length; i++)
            {
                if (parse.GetValue(json))
                {
                    WriteJson(terminal, all[i], answers[i]);
                    continue;
                }

                if (i > 0)
                {
                    terminal.Line("");
                }

                foreach (TaggedWord word in answers[i])
                {
                    terminal.Line($"{word.Word}\t{word.Tag}");
                }
            }
        });
        return command;
    }

    /// <summary>Something of each word: an array, or separated by spaces, which no word and no tag holds.</summary>
    private static AddedColumn<IReadOnlyList<TaggedWord>> Words(string name, Func<TaggedWord, string> part) => new(
        name,
        words => string.Join(' ', words.Select(part)),
        (json, words) =>
        {
            json.WriteStartArray();
            foreach (TaggedWord word in words)
            {
                json.WriteStringValue(part(word));
            }

            json.WriteEndArray();
        });

    private static void WriteJson(Terminal terminal, string text, IReadOnlyList<TaggedWord> words) => terminal.Json(json =>
    {
        var characters = new CharacterOffsets(text);
        json.WriteString("text", text);
        json.WriteStartArray("words");
        foreach (TaggedWord word in words)
        {
            json.WriteStartObject();
            json.WriteString("word", word.Word);
            json.WriteString("tag", word.Tag);
            json.WriteNumber("probability", word.Probability);
            json.WriteNumber("start", characters.At(word.Start));
            json.WriteNumber("end", characters.At(word.End));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
