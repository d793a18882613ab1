using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>What one step measured.</summary>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Loss">Weighted sum of all terms.</param>
/// <param name="Crosslingual">Unweighted term, or null.</param>
/// <param name="Crossmodal">Unweighted term, or null.</param>
/// <param name="Replay">Unweighted term, or null.</param>
/// <param name="Penalty">The method's own term, or null.</param>
/// <param name="Temperature">Temperature used, after clamping; null where there is none.</param>
/// <param name="GradientNorm">Norm before clipping.</param>
public sealed record StepReport(
    double LearningRate,
    double Loss,
    double? Crosslingual,
    double? Crossmodal,
    double? Replay,
    double? Penalty,
    double? Temperature,
    double GradientNorm
);

/// <summary>The training of one task, step by step (spec section 5): objective, clipping, TEIR's row scales, AdamW with warm-up.</summary>
public sealed class TaskTraining : IDisposable
{
    private readonly TextTower _tower;
    private readonly ContinualMethod _method;
    private readonly TrainingSettings _settings;
    private readonly Objective _objective;
    private readonly WarmupSchedule _schedule;
    private readonly AdamW _optimiser;
    private readonly Tensor? _temperature;
    private int _step;

    /// <summary>Prepares the optimiser of a task; the method's <see cref="ContinualMethod.BeginTask"/> has been called.</summary>
    /// <param name="tower">The frozen tower.</param>
    /// <param name="rows">The rows in use.</param>
    /// <param name="scales">TEIR's scale of each row in use; needed where TEIR scales gradient or decay.</param>
    /// <param name="method">The method.</param>
    /// <param name="settings">Numbers of the training.</param>
    /// <param name="steps">Steps of the task, all epochs.</param>
    public TaskTraining(TextTower tower, TaskRows rows, double[]? scales, ContinualMethod method, TrainingSettings settings, int steps)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(settings);
        (_tower, Rows, _method, _settings) = (tower, rows, method, settings);
        _objective = new Objective(settings.CrosslingualScale, settings.CrossmodalScale);
        _schedule = WarmupSchedule.For(settings.LearningRate, settings.WarmupRatio, steps);
        _optimiser = new AdamW(settings.WeightDecay);
        _optimiser.Add(
            rows.Values,
            settings.Teir.GradientScale ? Column(scales) : null,
            settings.Teir.DecayScale ? Column(scales) : null,
            settings.Teir.UpdateScale ? Column(scales) : null
        );
        foreach (var (_, parameter) in method.Parameters)
        {
            if (method.StepsParameters)
            {
                _optimiser.Add(parameter);
            }
            else
            {
                _optimiser.AddStanding(parameter);
            }
        }
        // now: a method may put its parameters away when the task ends
        TrainedParameters = rows.Values.numel() + (method.StepsParameters ? method.Parameters.Sum(p => p.Parameter.numel()) : 0);
        if (_objective.UsesTemperature)
        {
            _temperature = tensor(new[] { settings.Temperature }, rows.Values.dtype, rows.Values.device).requires_grad_(true);
            _temperature.DetachFromDisposeScope();
            _optimiser.Add(_temperature);
        }
    }

    /// <summary>The rows in use.</summary>
    public TaskRows Rows { get; }

    /// <summary>Numbers that a step changes, the temperature left out: the rows in use, and the method's parameters where they are stepped.</summary>
    public long TrainedParameters { get; }

    /// <summary>The temperature now; null where the cross-modal term is left out.</summary>
    public double? Temperature => _temperature?.Number();

    /// <summary>An epoch begins.</summary>
    public void BeginEpoch() => _optimiser.ClearStandingGradients();

    /// <summary>One step on one batch.</summary>
    public StepReport Step(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        _optimiser.ClearGradients();
        var composed = _method.Compose(batch);
        var sorted = composed.SortedByLength(out var order); // in parts of like length there is little padding
        var embeddings = Embed(sorted); // [B, D]
        var terms = Terms(sorted, embeddings);
        var penalty = _method.Penalty(Rows);
        var loss = penalty is null ? terms.Total : terms.Total.Plus(penalty);
        loss.backward();
        var temperature = Temperature;
        var norm = _optimiser.ClipGradients(_settings.MaxGradientNorm);
        var rate = _schedule.At(_step++);
        _optimiser.Step(rate);
        if (!_settings.Teir.DecayScale)
        {
            Rows.OthersFactor *= 1 - rate * _settings.WeightDecay;
        }
        using (no_grad())
        {
            var back = new long[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                back[order[i]] = i;
            }
            _method.AfterStep(composed, embeddings.detach().index_select(0, tensor(back, ScalarType.Int64, embeddings.device)));
        }
        return new StepReport(
            rate,
            loss.Number(),
            terms.Crosslingual?.Number(),
            terms.Crossmodal?.Number(),
            terms.Replay?.Number(),
            penalty?.Number(),
            temperature,
            norm
        );
    }

    /// <summary>Gradient of the objective alone, without a method's terms and before clipping; nothing is stepped. [R, W]</summary>
    public Tensor ObjectiveGradient(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        _optimiser.ClearGradients();
        var sorted = batch.SortedByLength(out _);
        Terms(sorted, Embed(sorted)).Total.backward();
        var gradient = Rows.Values.grad!.clone();
        _optimiser.ClearGradients();
        return gradient.MoveToOuterDisposeScope();
    }

    private LossTerms Terms(TrainingBatch batch, Tensor embeddings) =>
        _objective.Compute(embeddings, batch.Targets, batch.Images, batch.ImageIds, _temperature, batch.FromMemory);

    /// <summary>The student's embeddings of a batch, in its order, with gradient. [B, D]</summary>
    private Tensor Embed(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<int> bounds = _method.EmbedsWholeBatches
            ? [0, batch.Tokens.Count]
            : BatchParts.Cut(batch.Tokens, BatchParts.CostOn(Rows.Values.device));
        var ids = new List<long>();
        var (lengths, sizes) = (new List<long>(), new List<long>());
        for (var p = 0; p + 1 < bounds.Count; p++)
        {
            var captions = batch.Tokens.Skip(bounds[p]).Take(bounds[p + 1] - bounds[p]).ToList();
            var length = captions.Max(c => c.Length);
            foreach (var caption in captions)
            {
                var last = 0L;
                foreach (var token in caption)
                {
                    ids.Add(last = Rows.PositionOf(token));
                }
                for (var i = caption.Length; i < length; i++)
                {
                    ids.Add(last); // padding is never seen by the end token
                }
            }
            lengths.Add(length);
            sizes.Add((long)captions.Count * length);
        }
        var index = ids.ToArray().On(Rows.Values.device);
        var gathered = TrainedRows.Take(Rows.Values, index).split([.. sizes], 0); // parts of [b·l, W]
        var outputs = new List<Tensor>();
        for (var p = 0; p < lengths.Count; p++)
        {
            var ends = batch.Tokens.Skip(bounds[p]).Take(bounds[p + 1] - bounds[p]).Select(TextEncoder.EndOf).ToArray();
            var end = ends.On(Rows.Values.device);
            var tokens = gathered[p].reshape(ends.Length, lengths[p], -1); // [b, l, W]
            outputs.Add(_tower.Forward(tokens, end, parts: _method.TrainingParts(tokens, end)));
        }
        return (outputs.Count == 1 ? outputs[0] : cat(outputs)).MoveToOuterDisposeScope();
    }

    /// <summary>Everything that the next step reads but the number of steps, the factor of the rows outside and what the method keeps. The tensors stay here.</summary>
    internal IEnumerable<(string Name, Tensor Value)> State() => _optimiser.State();

    /// <summary>Puts back what <see cref="State"/> gave after so many steps.</summary>
    internal void LoadState(IReadOnlyDictionary<string, Tensor> state, int steps, double othersFactor)
    {
        _optimiser.LoadState(state, steps);
        (_step, Rows.OthersFactor) = (steps, othersFactor);
    }

    /// <summary>Copies of everything trained but the temperature: what the best epoch keeps.</summary>
    public IReadOnlyList<Tensor> Snapshot() =>
        [
            .. Kept().Select(p => p.detach().clone().DetachFromDisposeScope()),
            tensor(Rows.OthersFactor, ScalarType.Float64).DetachFromDisposeScope(),
        ];

    /// <summary>Puts a snapshot back.</summary>
    public void Restore(IReadOnlyList<Tensor> snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        using var nothing = no_grad();
        foreach (var (parameter, value) in Kept().Zip(snapshot))
        {
            parameter.copy_(value);
        }
        Rows.OthersFactor = snapshot[^1].item<double>();
    }

    private IEnumerable<Tensor> Kept() => _method.Parameters.Select(p => p.Parameter).Prepend(Rows.Values);

    private Tensor Column(double[]? scales)
    {
        ArgumentNullException.ThrowIfNull(scales);
        return tensor(scales, Rows.Values.dtype, Rows.Values.device).reshape(-1, 1); // [R, 1]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimiser.Dispose();
        _temperature?.Dispose();
    }
}
