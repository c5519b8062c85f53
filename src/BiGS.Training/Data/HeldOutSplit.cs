namespace BiGS.Training.Data;

/// <summary>A corpus in two: documents to learn from, and some, evenly spread, that are kept aside.</summary>
internal static class HeldOutSplit
{
    private const int HeldOutEvery = 100;
    private const int MostHeldOut = 2_000;

    /// <summary>1 % of the documents are kept aside, at most 2,000, at least one.</summary>
    /// <param name="all">At least two documents.</param>
    public static (ITokenizedDocuments Train, ITokenizedDocuments HeldOut) Split(ITokenizedDocuments all)
    {
        long count = Math.Clamp(all.Count / HeldOutEvery, 1, MostHeldOut);
        long[] aside = [.. Enumerable.Range(0, (int)count).Select(i => (i * all.Count / count) + (all.Count / count / 2))];
        long[] tokensAside = new long[count + 1];
        for (int i = 0; i < count; i++)
        {
            tokensAside[i + 1] = tokensAside[i] + all.TokensBefore(aside[i] + 1) - all.TokensBefore(aside[i]);
        }

        return (new Rest(all, aside, tokensAside), new Aside(all, aside, tokensAside));
    }

    private sealed class Aside(ITokenizedDocuments all, long[] aside, long[] tokensBefore) : ITokenizedDocuments
    {
        public long Count => aside.Length;

        public long TokensBefore(long document) => tokensBefore[document];

        public void Copy(long document, int start, Span<int> destination) => all.Copy(aside[document], start, destination);
    }

    /// <summary>What is not aside, found by counting those aside before it: no list of all documents.</summary>
    private sealed class Rest(ITokenizedDocuments all, long[] aside, long[] tokensAside) : ITokenizedDocuments
    {
        public long Count => all.Count - aside.Length;

        public long TokensBefore(long document)
        {
            int passed = AsideBefore(document);
            return all.TokensBefore(document + passed) - tokensAside[passed];
        }

        public void Copy(long document, int start, Span<int> destination) => all.Copy(document + AsideBefore(document), start, destination);

        /// <summary>How many documents aside lie before a document of the rest: aside[i] − i of the rest come before aside[i].</summary>
        private int AsideBefore(long document)
        {
            (int low, int high) = (0, aside.Length);
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (aside[middle] - middle <= document)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
