using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Datasets;

/// <summary>Users' data sets as the person at a page may use them: everybody who may look sees them, only those who may change get further.</summary>
public sealed class DatasetDesk(CorpusPreparer preparer, CorpusRegistrar registrar, IEngineHost engine, IAccess access)
{
    private const string Refused =
        "This portal is open for looking; changes need its token. Open the address with the token that stands on the server's console.";

    /// <summary>Whether the person may change anything; where data lies on the server is shown to those alone.</summary>
    public bool MayChange => access.MayChange;

    /// <summary>All registered data sets.</summary>
    public IReadOnlyList<CorpusView> All => preparer.All;

    /// <summary>A data set, the one that comes with the portal or a registered one; null where there is none of that id.</summary>
    public DatasetResponse? Find(string id) => DatasetResponse.All(engine, preparer, access.MayChange).FirstOrDefault(d => d.Id == id);

    /// <summary>Calls a handler, on any thread, when something has changed, until disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        preparer.Changed += changed;
        return new Subscription(() => preparer.Changed -= changed);
    }

    /// <summary>Registers a data set and has it prepared; every wrong field by its name, none if it is done.</summary>
    public IReadOnlyDictionary<string, string[]> Register(DatasetRequest request)
    {
        if (!access.MayChange)
        {
            return new Dictionary<string, string[]> { ["access"] = [Refused] };
        }
        if (registrar.Check(request, out var errors) is not { } entry)
        {
            return errors;
        }
        try
        {
            preparer.Register(entry);
            return errors;
        }
        catch (EngineException error)
        {
            return new Dictionary<string, string[]> { [entry.Upload is null ? "folder" : "upload"] = [error.Message] };
        }
    }

    /// <summary>Prepares again; null, or why not.</summary>
    public string? Prepare(string id) => Guard(() => preparer.Prepare(id));

    /// <summary>Cancels a preparation; null, or why not.</summary>
    public string? Cancel(string id) => Guard(() => preparer.Cancel(id));

    /// <summary>Forgets a data set; null, or why not.</summary>
    public string? Remove(string id) => Guard(() => preparer.Remove(id));

    private string? Guard(Func<string?> act)
    {
        if (!access.MayChange)
        {
            return Refused;
        }
        try
        {
            return act();
        }
        catch (EngineException error)
        {
            return error.Message;
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
