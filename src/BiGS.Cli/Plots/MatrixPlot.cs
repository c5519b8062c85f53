using ScottPlot;
using ScottPlot.TickGenerators;

namespace BiGS.Cli.Plots;

/// <summary>
/// What each word of a text (a row) takes from each other (a column), a panel for each head: dark where |M_ts| is large, relative to the largest of the panel.
/// The word itself is left out: its weight is of another kind and would outshine the rest.
/// </summary>
internal static class MatrixPlot
{
    private const int Cell = 18;
    private const int LetterWide = 8;

    /// <param name="heads">A matrix for each head.</param>
    /// <param name="words">The text's tokens.</param>
    /// <param name="title">Of the picture.</param>
    /// <param name="file">A .png or .svg.</param>
    public static void Save(IReadOnlyList<double[,]> heads, IReadOnlyList<string> words, string title, string file)
    {
        Plot[] panels = [.. heads.Select((M, head) => Panel(M, words, head == 0 ? $"{title}: head 1" : $"head {head + 1}"))];
        int side = Math.Max(260, (Cell * words.Count) + (LetterWide * words.Max(word => word.Length)) + 60);
        Picture.SavePanels(panels, file, side, side);
    }

    private static Plot Panel(double[,] M, IReadOnlyList<string> words, string title)
    {
        int L = words.Count;
        double[,] map = new double[L, L];
        double largest = double.Epsilon;
        for (int t = 0; t < L; t++)
        {
            for (int s = 0; s < L; s++)
            {
                map[t, s] = t == s ? 0 : Math.Abs(M[t, s]);
                largest = Math.Max(largest, map[t, s]);
            }
        }

        Plot plot = Picture.NewPlot();
        Picture.AddMap(plot, map).ManualRange = new ScottPlot.Range(0, largest);
        double[] places = [.. Enumerable.Range(0, L).Select(place => (double)place)];
        plot.Axes.Left.TickGenerator = new NumericManual(places, [.. words]);
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. words]);
        (plot.Axes.Bottom.TickLabelStyle.Rotation, plot.Axes.Bottom.TickLabelStyle.Alignment) = (-90, Alignment.MiddleRight);
        plot.Axes.Bottom.MinimumSize = 20 + (LetterWide * words.Max(word => word.Length));
        plot.Axes.SetLimits(-0.5, L - 0.5, L - 0.5, -0.5);
        plot.Title(title);
        plot.Axes.Title.Label.FontSize = 12;
        return plot;
    }
}
