using BiGS.Inference;
using BiGS.StateSpace;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BiGS.Cli.Plots;

/// <summary>
/// The kernels of both directions of every layer, as the paper draws them: offset 0 is the word itself, the forward kernel reaches to the words before it
/// (negative offsets), the backward one to those behind it. Every kernel is shown relative to its own largest value.
/// </summary>
internal static class KernelPlot
{
    private const int PanelWide = 300;
    private const int PanelHigh = 200;
    private const int RowHigh = 26;
    private const int MapWide = 900;

    /// <summary>A heat map: a row a layer (and head), dark where |K| is large.</summary>
    public static void SaveMap(IReadOnlyList<KernelShape> shapes, string title, string file)
    {
        (Plot plot, int wide, int high) = Map(shapes, title);
        using (plot)
        {
            Picture.Save(plot, file, wide, high);
        }
    }

    /// <summary>The same map, and the pixels that it needs.</summary>
    public static (Plot Plot, int Wide, int High) Map(IReadOnlyList<KernelShape> shapes, string title)
    {
        (string Name, double[] Values)[] rows = [.. Rows(shapes)];
        int width = rows[0].Values.Length;
        double[,] map = new double[rows.Length, width];
        for (int r = 0; r < rows.Length; r++)
        {
            double largest = rows[r].Values.Max(Math.Abs);
            for (int i = 0; i < width; i++)
            {
                map[r, i] = Math.Abs(rows[r].Values[i]) / Math.Max(largest, double.Epsilon);
            }
        }

        Plot plot = Picture.NewPlot();
        int reach = width / 2;
        Picture.AddMap(plot, map, firstColumn: -reach);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, rows.Length).Select(r => (double)r)], [.. rows.Select(row => row.Name)]);
        plot.Axes.SetLimits(-reach - 0.5, reach + 0.5, rows.Length - 0.5, -0.5);
        plot.XLabel("offset (tokens): before the word, and behind it");
        plot.Title($"{title}: |K| of each kernel, relative to its largest");
        return (plot, MapWide, 140 + (RowHigh * rows.Length));
    }

    /// <summary>A curve a layer; of a second model, beside it.</summary>
    public static void SaveCurves(IReadOnlyList<KernelShape> shapes, IReadOnlyList<KernelShape>? beside, string title, string file)
    {
        (string Name, double[] Values)[] rows = [.. Rows(shapes)];
        (string Name, double[] Values)[] others = beside is null ? [] : [.. Rows(beside)];
        var panels = new List<Plot>();
        for (int r = 0; r < rows.Length; r++)
        {
            Plot plot = Picture.NewPlot();
            Curve(plot, rows[r].Values, Colors.Black, 2);
            if (r < others.Length)
            {
                Curve(plot, others[r].Values, Colors.Gray, 1);
            }

            plot.Title(r == 0 ? $"{title}: {rows[r].Name}" : rows[r].Name);
            plot.Axes.Title.Label.FontSize = 12;
            plot.XLabel("offset (tokens)", size: 12);
            panels.Add(plot);
        }

        Picture.SavePanels(panels, file, PanelWide, PanelHigh);
    }

    private static void Curve(Plot plot, double[] values, Color color, float width)
    {
        int reach = values.Length / 2;
        double largest = Math.Max(values.Max(Math.Abs), double.Epsilon);
        var line = plot.Add.SignalXY(
            Enumerable.Range(-reach, values.Length).Select(offset => (double)offset).ToArray(), values.Select(value => value / largest).ToArray());
        (line.Color, line.LineWidth) = (color, width);
    }

    /// <summary>Forward and backward kernel of each layer and head in one row: offsets −L+1 … L−1, at 0 the sum of both.</summary>
    private static IEnumerable<(string Name, double[] Values)> Rows(IReadOnlyList<KernelShape> shapes)
    {
        bool hasHeads = shapes.Any(shape => shape.Head > 0);
        foreach (IGrouping<(int Layer, int Head), KernelShape> both in shapes.GroupBy(shape => (shape.Layer, shape.Head)))
        {
            IReadOnlyList<double> forward = both.Single(shape => shape.Direction == Direction.Forward).Values;
            IReadOnlyList<double> backward = both.Single(shape => shape.Direction == Direction.Backward).Values;
            double[] row = [.. forward.Skip(1).Reverse(), forward[0] + backward[0], .. backward.Skip(1)];
            yield return (hasHeads ? $"layer {both.Key.Layer + 1}, kernel {both.Key.Head + 1}" : $"layer {both.Key.Layer + 1}", row);
        }
    }
}
