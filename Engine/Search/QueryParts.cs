namespace CllClip.Engine.Search;

/// <summary>
/// What a method adds inside the text tower for one query, in managed code: the counterpart of <see cref="Model.TextTowerParts"/> for
/// <see cref="QueryTower"/>. Immutable; safe to share between threads.
/// </summary>
public abstract class QueryParts
{
    /// <summary>Keys and values in front of a block's own; null for none.</summary>
    /// <param name="block">Block index from 0.</param>
    public virtual QueryPrefix? Prefix(int block) => null;

    /// <summary>Adds to the queries before they are scaled.</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="normed">Input of the projection. [rows, W]</param>
    /// <param name="rows">Number of positions.</param>
    /// <param name="queries">[rows, W]</param>
    public virtual void AddToQueries(int block, ReadOnlySpan<float> normed, int rows, Span<float> queries) { }

    /// <summary>Adds to the values.</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="normed">Input of the projection. [rows, W]</param>
    /// <param name="rows">Number of positions.</param>
    /// <param name="values">[rows, W]</param>
    public virtual void AddToValues(int block, ReadOnlySpan<float> normed, int rows, Span<float> values) { }

    /// <summary>Changes what leaves a block, in place.</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="x">[rows, W]</param>
    /// <param name="rows">Number of positions.</param>
    public virtual void AfterBlock(int block, Span<float> x, int rows) { }
}

/// <summary>Keys and values in front of a block's own, in key and value space.</summary>
/// <param name="Keys">[P, W]</param>
/// <param name="Values">[P, W]</param>
public sealed record QueryPrefix(float[] Keys, float[] Values);

/// <summary>A method's parts for one query; null for none.</summary>
/// <param name="language">Language of the query; null where it is not known.</param>
/// <param name="plain">The query's embedding without parts. [D]</param>
public delegate QueryParts? QueryPartsOf(string? language, Func<float[]> plain);
