using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Datasets;

/// <summary>Users' data sets as the person at a page may use them: everybody who may look sees them, what acts goes through the door.</summary>
public sealed class DatasetDesk(CorpusPreparer preparer, CorpusRegistrar registrar, IEngineHost engine, Door door)
{
    /// <summary>Whether the person may register and prepare; where data lies on the server is shown to those alone.</summary>
    public bool MayRegister => door.May(Acts.RegisterDataset);

    /// <summary>Whether the person may have data sets forgotten.</summary>
    public bool MayRemove => door.May(Acts.DeleteDataset);

    /// <summary>All registered data sets.</summary>
    public IReadOnlyList<CorpusView> All => preparer.All;

    /// <summary>A data set, the one that comes with the portal or a registered one; null where there is none of that id.</summary>
    public DatasetResponse? Find(string id) => DatasetResponse.All(engine, preparer, MayRegister).FirstOrDefault(d => d.Id == id);

    /// <summary>Calls a handler, on any thread, when something has changed, until disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        preparer.Changed += changed;
        return new Subscription(() => preparer.Changed -= changed);
    }

    /// <summary>Registers a data set and has it prepared; every wrong field by its name, none if it is done.</summary>
    public async Task<IReadOnlyDictionary<string, string[]>> RegisterAsync(DatasetRequest request)
    {
        var (_, errors) = await door.DoAsync(
            Acts.RegisterDataset,
            [],
            () => Task.FromResult(Register(request)),
            words => (null, new Dictionary<string, string[]> { ["access"] = [words] }),
            result => result.Id is null ? AuditOutcome.Invalid : AuditOutcome.Done,
            result => [result.Id!]
        );
        return errors;
    }

    /// <summary>Prepares again; null, or why not.</summary>
    public Task<string?> PrepareAsync(string id) => door.DoAsync(Acts.PrepareDataset, id, preparer.Prepare);

    /// <summary>Cancels a preparation; null, or why not.</summary>
    public Task<string?> CancelAsync(string id) => door.DoAsync(Acts.CancelDataset, id, preparer.Cancel);

    /// <summary>Forgets a data set; null, or why not.</summary>
    public Task<string?> RemoveAsync(string id) => door.DoAsync(Acts.DeleteDataset, id, preparer.Remove);

    private (string? Id, IReadOnlyDictionary<string, string[]> Errors) Register(DatasetRequest request)
    {
        if (registrar.Check(request, out var errors) is not { } entry)
        {
            return (null, errors);
        }
        try
        {
            preparer.Register(entry);
            return (entry.Registration.Id, errors);
        }
        catch (EngineException error)
        {
            return (null, new Dictionary<string, string[]> { [entry.Upload is null ? "folder" : "upload"] = [error.Message] });
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
