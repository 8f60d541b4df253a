import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;

/** Who is owed what, from Java through the C interface: a program is compiled once and asked once. Prints the answer. */
public final class Evaluate {
    /** The functions that are used here; referral_rules.h describes them. */
    interface Rules extends Library {
        int ABI_VERSION = 2;
        int OK = 1;

        int referral_abi_version();

        int referral_program_compile(Pointer document, SizeT length, PointerByReference program, Text answer);

        int referral_program_evaluate(Pointer program, Pointer request, SizeT length, Text answer);

        void referral_program_free(Pointer program);

        void referral_text_free(Text text);
    }

    /** C's size_t. */
    public static final class SizeT extends com.sun.jna.IntegerType {
        public SizeT() {
            this(0);
        }

        public SizeT(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }
    }

    /** A text of the library. What it holds is given back by close(). */
    @Structure.FieldOrder({"data", "length"})
    public static final class Text extends Structure implements AutoCloseable {
        public Pointer data;
        public SizeT length = new SizeT();

        String string() {
            return new String(data.getByteArray(0, length.intValue()), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            RULES.referral_text_free(this);
        }
    }

    private static final Rules RULES = Native.load("referral_rules", Rules.class);

    /** Bytes outside of Java's heap, as long as the object lives. */
    private static Memory bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        Memory memory = new Memory(Math.max(1, utf8.length));
        memory.write(0, utf8, 0, utf8.length);
        return memory;
    }

    private static SizeT length(String text) {
        return new SizeT(text.getBytes(StandardCharsets.UTF_8).length);
    }

    public static void main(String[] arguments) {
        if (RULES.referral_abi_version() != Rules.ABI_VERSION) {
            throw new IllegalStateException("the library has another interface than this program");
        }
        String document = """
            schema = 1
            id = "bring-a-friend"
            version = "2026-01"
            in_force = { first_day = 2026-01-01 }
            currency = "EUR"
            time_zone = "Europe/Berlin"
            [[reward]]
            id = "welcome"
            to = "referrer"
            on = "qualified"
            kind = "cash"
            amount = 25
            """;
        String request = """
            {"book": {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02",
                                     "qualified_at": "2026-03-05"}]},
             "as_of": "2026-04-30", "answer": ["balances"]}
            """;
        PointerByReference program = new PointerByReference();
        try (Text said = new Text()) {
            if (RULES.referral_program_compile(bytes(document), length(document), program, said) != Rules.OK) {
                throw new IllegalArgumentException(said.string());
            }
        }
        try (Text answer = new Text()) {
            int status = RULES.referral_program_evaluate(program.getValue(), bytes(request), length(request), answer);
            if (status != Rules.OK) {
                throw new IllegalArgumentException(answer.string());
            }
            System.out.println(answer.string());
        } finally {
            RULES.referral_program_free(program.getValue());
        }
    }
}
