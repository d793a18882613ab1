namespace CllClip.Portal.Features.Pruning;

/// <summary>Finds what a part of the rule is about, whatever its age.</summary>
internal interface IThingFinder
{
    /// <summary>What there is now. Each thing is asked for its size by whoever needs it.</summary>
    /// <param name="runs">The runs that are stored.</param>
    IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs);
}
