using Spectre.Console;

namespace BiGS.Cli.Output;

/// <summary>Columns side by side without lines between them: names and figures, which never wrap, and running text, which does.</summary>
internal static class Columns
{
    public static Grid Fixed(this Grid grid, int left, int right, Justify justify = Justify.Left) =>
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(left, 0, right, 0), Alignment = justify });

    public static Grid Running(this Grid grid) => grid.AddColumn(new GridColumn { Padding = new Padding(0) });
}
