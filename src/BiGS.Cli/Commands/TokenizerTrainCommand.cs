using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Cli.Commands;

internal static class TokenizerTrainCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<string[]> corpus = OptionFactory.Paths(
            "--corpus", "text to learn from: .txt, .jsonl (also .gz), .parquet; files, folders or globs", required: true);
        int specials = WordPieceVocabulary.SpecialTokens.Count;
        Option<int?> size = OptionFactory.Number("--size", "tokens to learn, special ones included", least: specials + 1, required: true);
        Option<string> output = OptionFactory.Text("--out", "DIR", "the folder to write vocab.txt and tokenizer_config.json to", required: true);
        var normalizer = new NormalizerOptions();
        Option<int?> minFrequency = OptionFactory.Number("--min-frequency", "merge only pairs that occur this often (default 2)", least: 1);
        var files = new CorpusFileOptions();
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace a tokenizer that is there");
        var command = new BigsCommand("train", "Learn a WordPiece vocabulary from text.",
            "bigs tokenizer train --corpus texts.txt --size 8000 --out my-tokenizer",
            "bigs tokenizer train --corpus deutsch --keep-accents --size 25600 --out my-tokenizer")
        { corpus, size, output, minFrequency, overwrite };
        normalizer.AddTo(command);
        foreach (Option option in files.All)
        {
            command.Add(option);
        }

        command.SetHandler(parse =>
        {
            string folder = OutputPath.Folder(parse.GetRequiredValue(output), output.Name, remedyIfNotEmpty: null);
            RefuseToReplace(folder, parse.GetValue(overwrite));
            int wanted = parse.GetRequiredValue(size)!.Value;
            WordPieceTrainer trainer = new WordPieceTrainer
            {
                Size = wanted,
                MinFrequency = parse.GetValue(minFrequency) ?? 2,
                AlphabetCoverage = WordPieceTrainer.DefaultAlphabetCoverage,
            }.WithNormalizer(normalizer.Over(new BertNormalizer(), parse));
            IReadOnlyList<string> paths = files.Paths(parse.GetRequiredValue(corpus), parse, terminal);
            BertTokenizer tokenizer = Train(trainer, Corpus.ReadDocuments(paths, files.Reading(parse)), terminal);
            tokenizer.Save(folder);
            terminal.Note(tokenizer.VocabularySize < wanted
                ? $"{folder}: {tokenizer.VocabularySize:N0} tokens; {wanted:N0} were asked for, but no pair is left that is frequent enough"
                : $"{folder}: {tokenizer.VocabularySize:N0} tokens");
        });
        return command;
    }

    private static BertTokenizer Train(WordPieceTrainer trainer, IEnumerable<string> documents, Terminal terminal)
    {
        using ProgressLine line = terminal.Progress();
        long read = 0;
        IEnumerable<string> Counted()
        {
            foreach (string document in documents)
            {
                read++;
                line.Report("counting words", detail: $"{read:N0} documents");
                yield return document;
            }
        }

        return trainer.Train(
            Counted(),
            new SynchronousProgress<WordPieceProgress>(told =>
            {
                if (told.Fraction is not null)
                {
                    line.Report(told.Phase, told.Fraction, $"{read:N0} documents");
                }
            }),
            terminal.Interrupted);
    }

    private static void RefuseToReplace(string folder, bool overwrite)
    {
        foreach (string name in (string[])["vocab.txt", "tokenizer_config.json", "tokenizer.json"])
        {
            if (!overwrite && File.Exists(Path.Combine(folder, name)))
            {
                throw new IOException($"{folder}: there is a {name} already; choose another --out, or give --overwrite.");
            }
        }
    }
}
