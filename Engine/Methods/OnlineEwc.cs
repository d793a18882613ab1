using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods;

/// <summary>Online elastic weight consolidation: rows that mattered for earlier tasks are held where they are (spec section 7, fixtures/methods kind oewc).</summary>
/// <remarks>The Fisher information is kept for rows that ever had a gradient. Without TEIR the penalty moves all of them in every task: its cost grows with the languages, by definition.</remarks>
public sealed class OnlineEwc(MethodOptions options) : ContinualMethod
{
    private const string PenaltyOption = "fisherPenalty";
    private const string DecayOption = "fisherDecay";
    private const string StateFile = "fisher.safetensors";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "oewc",
            Name = "oEWC",
            Family = "Regularisation",
            Paper = "Schwarz et al., Progress & Compress: A scalable framework for continual learning, ICML 2018, arXiv 1805.06370",
            Summary = "Penalises moving the embeddings that mattered for earlier languages, measured by their Fisher information.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = PenaltyOption,
                    Label = "Penalty",
                    Type = OptionType.Number,
                    Default = 1000.0,
                    Min = 0,
                    Max = 1e9,
                    Help = "Weight of the penalty Σ F (θ - θ_old)².",
                    Group = "oEWC",
                },
                new()
                {
                    Name = DecayOption,
                    Label = "Memory of the Fisher information",
                    Type = OptionType.Number,
                    Default = 1.0,
                    Min = 0,
                    Max = 1,
                    Unit = "factor per task",
                    Help = "What the information of all earlier tasks is multiplied by before a task's own is added.",
                    Group = "oEWC",
                },
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
            ],
        };

    private readonly double _penalty = options.Number(PenaltyOption);
    private readonly double _decay = options.Number(DecayOption);
    private readonly Dictionary<long, (int Task, int At)> _place = []; // where a row's information is
    private readonly List<Tensor> _fisher = []; // of the rows that first had a gradient in each task, so that a task copies nothing: [n, W] each
    private Tensor? _latest; // this task's own, [m, W]
    private long[] _latestRows = [];
    private (Tensor Rows, Tensor Fisher, Tensor Anchor)? _here; // rows in use with information: [k] int64, [k, W], [k, W]

    /// <inheritdoc/>
    public override IEnumerable<long> RowsInUse => _place.Keys;

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        FreeHere();
        long[] known = [.. rows.Rows.Where(_place.ContainsKey)];
        if (known.Length == 0)
        {
            return;
        }
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var here = tensor(known.Select(r => (long)rows.PositionOf((int)r)).ToArray(), ScalarType.Int64, rows.Values.device);
        _here = (
            here.DetachFromDisposeScope(),
            FisherOf(known, rows.Values.shape[1], rows.Values.dtype, rows.Values.device).DetachFromDisposeScope(),
            rows.Values.index_select(0, here).DetachFromDisposeScope()
        );
    }

    /// <inheritdoc/>
    public override Tensor? Penalty(TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_here is not var (here, fisher, anchor))
        {
            return null;
        }
        var moved = rows.Values.index_select(0, here).Minus(anchor); // [k, W]
        return (moved * moved * fisher).sum().Times(_penalty);
    }

    /// <inheritdoc/>
    public override void EpochsDone(TaskTraining training, IEnumerable<TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(batches);
        using var scope = NewDisposeScope();
        using var sum = zeros_like(training.Rows.Values).detach();
        var count = 0;
        foreach (var batch in batches)
        {
            using var step = NewDisposeScope();
            using var nothing = no_grad();
            Tensor gradient;
            using (enable_grad())
            {
                gradient = training.ObjectiveGradient(batch);
            }
            var square = gradient * gradient;
            sum.Add_(square.Masked(square.isnan(), 0), 1);
            count++;
        }
        if (count == 0)
        {
            return;
        }
        using (no_grad())
        {
            sum.Divide_(count);
            var informed = sum.sum(1).cpu().to_type(ScalarType.Float64).Elements<double>();
            int[] places = [.. Enumerable.Range(0, informed.Length).Where(i => informed[i] > 0)];
            Add(
                [.. places.Select(i => training.Rows.Rows[i])],
                sum.index_select(0, tensor(places.Select(i => (long)i).ToArray(), ScalarType.Int64, sum.device))
            );
        }
    }

    /// <summary>The running information of some rows; zero where a row has none. [n, W]</summary>
    internal Tensor FisherOf(IReadOnlyList<long> rows, long width, ScalarType type, torch.Device device)
    {
        using var scope = NewDisposeScope();
        var result = zeros([rows.Count, width], type, device);
        foreach (var (task, at, of) in ByTask(rows))
        {
            result.index_copy_(0, Index(of, device), _fisher[task].index_select(0, Index(at, _fisher[task].device)).to(device));
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void SaveState(string stageFolder)
    {
        using var rows = tensor(_latestRows);
        MethodFile.Write(stageFolder, StateFile, new Dictionary<string, Tensor> { ["rows"] = rows, ["fisher"] = _latest! });
    }

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        using var scope = NewDisposeScope();
        var state = MethodFile.Read(stageFolder, StateFile);
        using var rows = state["rows"];
        using var fisher = state["fisher"];
        Add(rows.Elements<long>(), fisher);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        FreeHere();
        _fisher.ForEach(f => f.Dispose());
        _latest?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>F = decay · F_old + F_new.</summary>
    private void Add(long[] rows, Tensor fisher)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        _latest?.Dispose();
        (_latestRows, _latest) = (rows, fisher.detach().clone().DetachFromDisposeScope());
        if (_decay != 1)
        {
            _fisher.ForEach(f => f.Multiply_(_decay));
        }
        foreach (var (task, at, of) in ByTask(rows))
        {
            var known = _fisher[task]; // read back from a stage it is on the CPU
            known.AddRows_(Index(at, known.device), fisher.index_select(0, Index(of, fisher.device)).to(known.device));
        }
        int[] fresh = [.. Enumerable.Range(0, rows.Length).Where(i => _place.TryAdd(rows[i], default))];
        if (fresh.Length == 0)
        {
            return;
        }
        for (var i = 0; i < fresh.Length; i++)
        {
            _place[rows[fresh[i]]] = (_fisher.Count, i);
        }
        _fisher.Add(fisher.detach().index_select(0, Index(fresh, fisher.device)).DetachFromDisposeScope());
    }

    /// <summary>The rows that have information by the task that keeps it: their places there and among <paramref name="rows"/>.</summary>
    private IEnumerable<(int Task, int[] At, int[] Of)> ByTask(IReadOnlyList<long> rows) =>
        Enumerable
            .Range(0, rows.Count)
            .Where(i => _place.ContainsKey(rows[i]))
            .GroupBy(i => _place[rows[i]].Task)
            .Select(task => (task.Key, task.Select(i => _place[rows[i]].At).ToArray(), task.ToArray()));

    private static Tensor Index(int[] places, torch.Device device) =>
        tensor(Array.ConvertAll(places, p => (long)p), ScalarType.Int64, device);

    private void FreeHere()
    {
        if (_here is var (rows, fisher, anchor))
        {
            rows.Dispose();
            fisher.Dispose();
            anchor.Dispose();
        }
        _here = null;
    }
}
