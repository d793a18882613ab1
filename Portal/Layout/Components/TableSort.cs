namespace CllClip.Portal.Layout.Components;

/// <summary>The column that a table is sorted by.</summary>
/// <param name="Column">Key of the column.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record TableSort(string Column, bool Descending)
{
    /// <summary>What a press on a column's head leads to: that column, the other way round where it was chosen already.</summary>
    public TableSort Press(string column, bool descendingFirst = true) => new(column, Column == column ? !Descending : descendingFirst);

    /// <summary>The rows in this order; rows without a value come last either way.</summary>
    public IEnumerable<T> Of<T>(IEnumerable<T> rows, Func<T, IComparable?> value)
    {
        var known = rows.OrderBy(r => value(r) is null);
        return Descending ? known.ThenByDescending(value) : known.ThenBy(value);
    }
}
