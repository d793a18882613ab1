namespace CllClip.Engine.Model;

/// <summary>What one transformer tower is made of.</summary>
/// <param name="Width">Length W of a hidden state.</param>
/// <param name="Heads">Attention heads; divides the width.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Activation"><c>quick_gelu</c> (x·sigmoid(1.702x)) or <c>gelu</c> (the exact erf form).</param>
/// <param name="LayerNormEpsilon">Epsilon of every layer norm.</param>
public sealed record TowerSizes(int Width, int Heads, int Layers, string Activation = "quick_gelu", double LayerNormEpsilon = 1e-5);
