using System.Buffers.Binary;
using System.Text;

namespace BiGS.Weights;

/// <summary>
/// The pickle of a state_dict, read by a machine that knows what <c>torch.save</c> writes and nothing else: containers, numbers, strings, tensors of
/// storages. Nothing is ever executed: a class or function that is not on the list is refused by its name.
/// </summary>
internal sealed class PickledStateDict
{
    private const string OrderedDictionary = "collections OrderedDict";
    private const string RebuildTensor = "torch._utils _rebuild_tensor_v2";
    private const string RebuildOtherTensor = "torch._utils _rebuild_tensor_v3";
    private const string RebuildParameter = "torch._utils _rebuild_parameter";

    private const int DeepestStack = 100_000;
    private const int MostDimensions = 16;

    private static readonly object Mark = new();

    private readonly ReadOnlyMemory<byte> _pickles;
    private readonly string _path;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly Dictionary<string, StoredTensor> _storages = new(StringComparer.Ordinal);
    private int _containers;

    /// <param name="pickles">One pickle or several, one behind the other.</param>
    /// <param name="path">The file, for messages.</param>
    public PickledStateDict(ReadOnlyMemory<byte> pickles, string path)
    {
        _pickles = pickles;
        _path = path;
    }

    /// <summary>Where the next pickle begins.</summary>
    public int Position { get; private set; }

    /// <summary>Every storage that was spoken of so far, as an empty tensor of it.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Storages => _storages;

    /// <summary>The tensors of a state_dict by name; what else stands in it (counters, metadata) is passed over.</summary>
    /// <exception cref="InvalidDataException">The pickle is broken, or asks for something that is not on the list.</exception>
    public IReadOnlyList<(string Name, StoredTensor Tensor)> NextStateDict()
    {
        object? root = Next();
        var dictionary = root as Dictionary<object, object?>
            ?? throw new InvalidDataException($"{_path}: expected a state_dict (names and tensors), found {root?.GetType().Name ?? "nothing"}; save model.state_dict().");
        return [.. dictionary.Where(entry => entry is { Key: string, Value: StoredTensor }).Select(entry => ((string)entry.Key, (StoredTensor)entry.Value!))];
    }

    /// <summary>What the next pickle says: numbers, strings, lists, tuples (as arrays), dictionaries, tensors.</summary>
    /// <exception cref="InvalidDataException">The pickle is broken, or asks for something that is not on the list.</exception>
    public object? Next()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            byte opcode = Take(1)[0];
            Require(_stack.Count < DeepestStack, $"stacks up more than {DeepestStack} values");
            switch (opcode)
            {
                case (byte)'.':
                    return Popped(1)[0];
                case 0x80: // PROTO
                    Take(1);
                    break;
                case 0x95: // FRAME
                    Take(8);
                    break;
                case (byte)'(':
                    _stack.Add(Mark);
                    break;
                case (byte)'N':
                    _stack.Add(null);
                    break;
                case 0x88: // NEWTRUE
                case 0x89: // NEWFALSE
                    _stack.Add(opcode == 0x88);
                    break;
                case (byte)'K':
                    _stack.Add((long)Take(1)[0]);
                    break;
                case (byte)'M':
                    _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                    break;
                case (byte)'J':
                    _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case 0x8a: // LONG1
                    _stack.Add(Long(Take(Take(1)[0])));
                    break;
                case (byte)'G':
                    _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                    break;
                case (byte)'X':
                    _stack.Add(Text(BinaryPrimitives.ReadInt32LittleEndian(Take(4))));
                    break;
                case 0x8c: // SHORT_BINUNICODE
                    _stack.Add(Text(Take(1)[0]));
                    break;
                case (byte)'}':
                    _stack.Add(Container(new Dictionary<object, object?>()));
                    break;
                case (byte)']':
                    _stack.Add(Container(new List<object?>()));
                    break;
                case (byte)')':
                    _stack.Add(Array.Empty<object?>());
                    break;
                case (byte)'t':
                    _stack.Add(AboveMark());
                    break;
                case 0x85: // TUPLE1, TUPLE2, TUPLE3
                case 0x86:
                case 0x87:
                    _stack.Add(Popped(opcode - 0x84));
                    break;
                case (byte)'s':
                    SetItems(Popped(2));
                    break;
                case (byte)'u':
                    SetItems(AboveMark());
                    break;
                case (byte)'a':
                    object?[] one = Popped(1);
                    Top<List<object?>>().AddRange(one);
                    break;
                case (byte)'e':
                    object?[] more = AboveMark();
                    Top<List<object?>>().AddRange(more);
                    break;
                case (byte)'q':
                    _memo[Take(1)[0]] = Top<object?>();
                    break;
                case (byte)'r':
                    _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top<object?>();
                    break;
                case 0x94: // MEMOIZE
                    _memo[_memo.Count] = Top<object?>();
                    break;
                case (byte)'h':
                    _stack.Add(Remembered(Take(1)[0]));
                    break;
                case (byte)'j':
                    _stack.Add(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                    break;
                case (byte)'c':
                    _stack.Add(Known($"{Line()} {Line()}"));
                    break;
                case 0x93: // STACK_GLOBAL
                    object?[] named = Popped(2);
                    _stack.Add(Known($"{Part<string>(named, 0)} {Part<string>(named, 1)}"));
                    break;
                case (byte)'Q':
                    _stack.Add(Storage(Part<object?[]>(Popped(1), 0)));
                    break;
                case (byte)'R':
                    object?[] called = Popped(2);
                    _stack.Add(Call(Part<Global>(called, 0), Part<object?[]>(called, 1)));
                    break;
                case (byte)'b': // BUILD: a state_dict's _metadata, which says nothing that a model needs
                    Popped(1);
                    break;
                default:
                    throw new InvalidDataException($"{_path}: the pickle holds the opcode 0x{opcode:x2} at byte {Position - 1}, which torch.save does not write; only state_dicts are read.");
            }
        }
    }

    /// <summary>A class or function of the list, or a refusal.</summary>
    private Global Known(string name) => name is OrderedDictionary or RebuildTensor or RebuildOtherTensor or RebuildParameter || TypeOf(name) is not null
        || UnreadTorchTypes.IsStorage(name) || UnreadTorchTypes.IsType(name)
        ? new Global(name)
        : throw new InvalidDataException($"{_path}: the pickle asks for \"{name.Replace(' ', '.')}\", which a state_dict does not need; such a file is not opened.");

    private object Call(Global function, object?[] arguments) => function.Name switch
    {
        OrderedDictionary => Container(new Dictionary<object, object?>()),
        RebuildParameter => Part<StoredTensor>(arguments, 0),
        RebuildTensor => Part<StoredTensor>(arguments, 0) with
        {
            Offset = Part<long>(arguments, 1),
            Shape = Numbers(Part<object?[]>(arguments, 2)),
            Strides = Numbers(Part<object?[]>(arguments, 3)),
        },
        RebuildOtherTensor => Part<StoredTensor>(arguments, 0) with
        {
            Shape = Numbers(Part<object?[]>(arguments, 2)),
            Strides = Numbers(Part<object?[]>(arguments, 3)),
            UnreadType = Part<Global>(arguments, 6).Name.Replace(' ', '.'),
        },
        _ => throw Broken(),
    };

    /// <summary>('storage', type, key, device, elements), and None for a sixth.</summary>
    private StoredTensor Storage(object?[] persistent)
    {
        Require(persistent is not [_, _, _, _, _, not null, ..], "holds a view of a storage, as torch wrote before 0.4; save it again with a current torch");
        string key = Part<string>(persistent, 2);
        string type = Part<Global>(persistent, 1).Name;
        ElementType elements = UnreadTorchTypes.IsStorage(type) ? ElementType.UInt8 : (TypeOf(type) ?? throw Broken()).Type;
        var storage = new StoredTensor(key, elements, Part<long>(persistent, 4), 0, [], []);
        if (!_storages.TryAdd(key, storage))
        {
            Require((_storages[key].Type, _storages[key].StorageElements) == (storage.Type, storage.StorageElements), $"describes the storage {key} in two ways");
        }

        return storage;
    }

    private static ElementTypeNames? TypeOf(string global) => global.StartsWith("torch ", StringComparison.Ordinal) ? ElementTypeNames.OfStorage(global["torch ".Length..]) : null;

    /// <summary>An empty dictionary of ours costs more than the byte that asks for it; torch makes one a tensor, and a tensor takes sixty bytes.</summary>
    private T Container<T>(T made)
    {
        Require(++_containers <= 1000 + (_pickles.Length / 16), "asks for more containers than tensors could have");
        return made;
    }

    private long[] Numbers(object?[] tuple) => tuple.Length > MostDimensions ? throw Broken() : [.. Enumerable.Range(0, tuple.Length).Select(i => Part<long>(tuple, i))];

    private void SetItems(object?[] items)
    {
        var dictionary = Top<Dictionary<object, object?>>();
        for (int i = 0; i + 1 < items.Length; i += 2)
        {
            dictionary[items[i] ?? Mark] = items[i + 1];
        }
    }

    private T Part<T>(object?[] parts, int index) => index < parts.Length && parts[index] is T part ? part : throw Broken();

    private T Top<T>() => _stack.Count > 0 && _stack[^1] is T top ? top : throw Broken();

    private object? Remembered(long index) => _memo.TryGetValue(index, out object? value) ? value : throw Broken();

    private object?[] Popped(int count)
    {
        if (_stack.Count < count)
        {
            throw Broken();
        }

        object?[] popped = [.. _stack.GetRange(_stack.Count - count, count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return popped;
    }

    private object?[] AboveMark()
    {
        int mark = _stack.LastIndexOf(Mark);
        object?[] above = Popped(_stack.Count - 1 - (mark >= 0 ? mark : throw Broken()));
        Popped(1);
        return above;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _pickles.Length - Position)
        {
            throw Broken();
        }

        ReadOnlySpan<byte> taken = _pickles.Span.Slice(Position, count);
        Position += count;
        return taken;
    }

    private string Text(int bytes) => Encoding.UTF8.GetString(Take(bytes));

    private string Line()
    {
        string line = Text(_pickles.Span[Position..].IndexOf((byte)'\n'));
        Position++;
        return line;
    }

    private long Long(ReadOnlySpan<byte> littleEndian) =>
        littleEndian.Length <= sizeof(long) ? (long)new System.Numerics.BigInteger(littleEndian) : throw Broken();

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{_path}: the pickle {otherwise}; only state_dicts are read.");
        }
    }

    private InvalidDataException Broken() => new($"{_path}: the pickle is broken at byte {Position}; copy the file again.");

    private sealed record Global(string Name);
}
