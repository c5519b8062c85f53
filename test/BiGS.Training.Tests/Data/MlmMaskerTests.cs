using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class MlmMaskerTests
{
    private const int Vocabulary = 50;

    private static readonly SpecialTokens Special = new(Pad: 0, Unknown: 1, Classification: 2, Separator: 3, Mask: 4);

    /// <summary>[CLS] text [SEP], the text with any ids, special ones too; and what else a masking depends on.</summary>
    private static readonly Gen<(int[] Row, int MaxLength, ulong Index, ulong Seed)> Rows = Gen.Select(
        Gen.Int[0, Vocabulary - 1].Array[1, 200], Gen.Int[0, 60], Gen.ULong, Gen.ULong,
        (text, room, index, seed) => ((int[])[2, .. text, 3], text.Length + 2 + room, index, seed));

    [Fact]
    public void AsManyAreMaskedAsAskedFor() => Gen.Select(Rows, Gen.Double[0.01, 0.5], Gen.Int[1, 40].Nullable()).Sample((row, rate, most) =>
    {
        var masker = new MlmMasker(new MlmMaskingOptions { Rate = rate, MostPer128 = most, Seed = row.Seed }, Special, Vocabulary);
        int count = masker.Mask((int[])row.Row.Clone(), row.MaxLength, row.Index).Positions.Length;
        int maskable = row.Row.Count(id => !IsFrame(id));
        int cap = most is { } m ? (int)Math.Ceiling(m * row.MaxLength / 128.0) : int.MaxValue;
        // A half may be rounded either way.
        int[] allowed = [.. new[] { Math.Ceiling((rate * maskable) - 0.5), Math.Floor((rate * maskable) + 0.5) }
            .Select(count => maskable == 0 ? 0 : Math.Min(cap, Math.Max(1, (int)count)))];
        Assert.Contains(count, allowed);
    });

    [Fact]
    public void ThePapersNumbersAre15PercentAndTwentyOf128()
    {
        var masker = new MlmMasker(new MlmMaskingOptions(), Special, Vocabulary);
        int Count(int length, int maxLength) => masker.Mask([2, .. Enumerable.Repeat(10, length - 2), 3], maxLength, 0).Positions.Length;
        Assert.Equal(19, Count(128, 128)); // 0.15 · 126 = 18.9
        Assert.Equal(15, Count(102, 128));
        Assert.Equal(1, Count(3, 128));
        Assert.Equal(5, Count(512, 32)); // 20 · 32 / 128
        Assert.Equal(75, Count(502, 502)); // 0.15 · 500, and 79 may be masked
    }

    /// <summary>Of 40 words 20 are asked for at the beginning of a run, 4 at its end, and as many fewer in between as is done of it.</summary>
    [Fact]
    public void TheShareGoesInAStraightLineOverTheRun()
    {
        var rows = new DynamicMasks(SomeRows(20), new MlmMasker(new MlmMaskingOptions { Rate = 0.5, FinalRate = 0.1, MostPer128 = null }, Special, Vocabulary));
        var run = new BatchSource(rows, 4, Special.Pad, seed: 1, batches: 40);
        Assert.Equal([20, 16, 12, 8, 4, 4], new long[] { 0, 10, 20, 30, 40, 50 }.Select(number => run.At(number).MaskedIds.Length / 4));
        Assert.Equal(20, new BatchSource(rows, 4, Special.Pad, seed: 1).At(30).MaskedIds.Length / 4);
    }

    [Fact]
    public void OnlyWordsAreHiddenAndTheAnswersAreTheWords() => Gen.Select(Rows, Gen.Bool).Sample((row, wholeWords) =>
    {
        int[] masked = (int[])row.Row.Clone();
        (int[] positions, int[] words) = Masker(wholeWords, row.Seed).Mask(masked, row.MaxLength, row.Index);
        Assert.Equal(positions.Distinct().Order(), positions);
        Assert.Equal(positions.Select(position => row.Row[position]), words);
        Assert.DoesNotContain(words, IsFrame);
        Assert.All(Enumerable.Range(0, masked.Length).Except(positions), i => Assert.Equal(row.Row[i], masked[i]));
        Assert.All(positions, position => Assert.True(
            masked[position] == Special.Mask || masked[position] == row.Row[position] || !Special.Contains(masked[position]),
            $"a special token, {masked[position]}, was drawn for a word"));
    });

    [Fact]
    public void WholeWordsAreHiddenWholeOrNotAtAll() => Rows.Sample(row =>
    {
        (int[] positions, _) = Masker(wholeWords: true, row.Seed).Mask((int[])row.Row.Clone(), row.MaxLength, row.Index);
        foreach (List<int> word in Words(row.Row))
        {
            Assert.True(word.All(positions.Contains) || !word.Exists(positions.Contains), $"the word at {word[0]} is hidden in part");
        }
    });

    [Fact]
    public void WholeWordsReachTheRateToo()
    {
        var random = new Random(1);
        (double asked, double maskable) = (0, 0);
        for (int i = 0; i < 500; i++)
        {
            int[] row = [2, .. Enumerable.Range(0, 100).Select(_ => random.Next(5, Vocabulary)), 3];
            asked += Masker(wholeWords: true, 8).Mask(row, 128, (ulong)i).Positions.Length;
            maskable += 100;
        }

        Assert.InRange(asked / maskable, 0.145, 0.15);
    }

    [Fact]
    public void EightyTenTen()
    {
        const int Rows = 4000;
        int[] byPosition = new int[100];
        int[] drawn = new int[Vocabulary];
        (int masks, int kept, int all) = (0, 0, 0);
        for (int i = 0; i < Rows; i++)
        {
            int[] row = [2, .. Enumerable.Repeat(20, 100), 3];
            foreach (int position in Masker(wholeWords: false, 77).Mask(row, 128, (ulong)i).Positions)
            {
                all++;
                byPosition[position - 1]++;
                masks += row[position] == Special.Mask ? 1 : 0;
                kept += row[position] == 20 ? 1 : 0;
                drawn[row[position]] += row[position] is not (4 or 20) ? 1 : 0;
            }
        }

        // One in 45 of the random words is the word that stood there.
        void Share(int count, int of, double expected) =>
            Assert.InRange((double)count / of, expected - (5 * Math.Sqrt(expected * (1 - expected) / of)), expected + (5 * Math.Sqrt(expected * (1 - expected) / of)));
        Assert.Equal(Rows * 15, all);
        Share(masks, all, 0.8);
        Share(kept, all, 0.1 + (0.1 / 45));
        Assert.All(byPosition, count => Share(count, Rows, 0.15));
        Assert.All(Enumerable.Range(0, Vocabulary), id =>
        {
            if (Special.Contains(id))
            {
                Assert.Equal(0, drawn[id]);
            }
            else if (id != 20)
            {
                Share(drawn[id], all, 0.1 / 45);
            }
        });
    }

    [Fact]
    public void ARowIsMaskedTheSameInAnyBatchAndOnAnyThread()
    {
        var rows = new DynamicMasks(SomeRows(37), Masker(wholeWords: false, 3));
        MaskedRow[] alone = [.. Enumerable.Range(0, 37).Select(row => rows.At(row, epoch: 2))];
        Parallel.For(0, 37 * 20, i => Assert.Equivalent(alone[i % 37], rows.At(i % 37, epoch: 2), strict: true));
        var small = new BatchSource(rows, 2, Special.Pad, seed: 1, PadTo.MaxLength);
        var large = new BatchSource(rows, 10, Special.Pad, seed: 1, PadTo.MaxLength);
        Assert.Equal(
            Enumerable.Range(0, 100).SelectMany(n => small.At(n).MaskedIds), Enumerable.Range(0, 20).SelectMany(n => large.At(n).MaskedIds));
    }

    [Fact]
    public void EpochsAndSeedsAndRowsAreMaskedDifferently()
    {
        var rows = new DynamicMasks(SomeRows(5), Masker(wholeWords: false, 3));
        var otherSeed = new DynamicMasks(SomeRows(5), Masker(wholeWords: false, 4));
        Assert.NotEqual(rows.At(1, 0).Positions, rows.At(1, 1).Positions);
        Assert.NotEqual(rows.At(1, 0).Positions, rows.At(2, 0).Positions);
        Assert.NotEqual(rows.At(1, 0).Positions, otherSeed.At(1, 0).Positions);
        Assert.Equal((5L, 64), (rows.Count, rows.MaxLength));
    }

    [Fact]
    public void WhatCannotBeMaskedIsNamed()
    {
        Assert.Contains("which pieces", Assert.Throws<ArgumentException>(
            () => new MlmMasker(new MlmMaskingOptions { WholeWords = true }, Special, Vocabulary)).Message);
        Assert.Contains("vocabulary of 5", Assert.Throws<ArgumentException>(() => new MlmMasker(new MlmMaskingOptions(), Special, 5)).Message);
    }

    private static MlmMasker Masker(bool wholeWords, ulong seed) =>
        new(new MlmMaskingOptions { WholeWords = wholeWords, Seed = seed }, Special, Vocabulary, IsContinuation);

    /// <summary>A third of the ordinary words goes on the word before.</summary>
    private static bool IsContinuation(int id) => id % 3 == 0;

    private static bool IsFrame(int id) => Special.Contains(id) && id != Special.Unknown;

    private static List<List<int>> Words(int[] row)
    {
        var words = new List<List<int>>();
        bool open = false;
        for (int i = 0; i < row.Length; i++)
        {
            if (IsFrame(row[i]))
            {
                open = false;
            }
            else if (open && IsContinuation(row[i]))
            {
                words[^1].Add(i);
            }
            else
            {
                words.Add([i]);
                open = true;
            }
        }

        return words;
    }

    private static DocumentRows SomeRows(int count)
    {
        var random = new Random(5);
        int[][] documents = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 40).Select(_ => random.Next(5, Vocabulary)).ToArray())];
        return new DocumentRows(new DocumentsInMemory(documents), Special, 64);
    }
}
